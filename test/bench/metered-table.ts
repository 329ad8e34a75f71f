import { createDynamoTable } from '../../shared/data/dynamodb-table.ts';
import type { Consumed, Key, Table } from '../../shared/data/table.ts';
import type { TableClient } from '../../shared/data/table-client.ts';

export interface Meter {
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly refusedUnits: number;
}

/** A table that keeps one bill for each kind of item, told apart by its key. Refused writes are billed like the rest. */
export function meteredTable(
  client: TableClient,
  tableName: string,
  kindOf: (key: Key) => string,
): { readonly table: Table; bill(kind?: string): Meter } {
  const bills = new Map<string, { writeUnits: number; readUnits: number; refusedUnits: number }>();
  const tables = new Map<string, Table>();
  const open = (kind: string): Table => {
    const known = tables.get(kind);
    if (known !== undefined) return known;
    const bill = { writeUnits: 0, readUnits: 0, refusedUnits: 0 };
    bills.set(kind, bill);
    const onConsumed = ({ readUnits, writeUnits, refused }: Consumed): void => {
      bill.readUnits += readUnits;
      bill.writeUnits += writeUnits;
      if (refused) bill.refusedUnits += writeUnits;
    };
    const table = createDynamoTable({ client, tableName, onConsumed });
    tables.set(kind, table);
    return table;
  };
  return {
    table: {
      get: (key, options) => open(kindOf(key)).get(key, options),
      getMany: (keys, options) => open('gate').getMany(keys, options),
      query: (spec) => open('query').query(spec),
      put: (item, options) => open(kindOf(item)).put(item, options),
      update: (key, changes, options) => open(kindOf(key)).update(key, changes, options),
      delete: (key, options) => open(kindOf(key)).delete(key, options),
      transact: (operations, options) => open('transaction').transact(operations, options),
    },
    bill(kind) {
      const wanted = [...bills]
        .filter(([name]) => kind === undefined || name === kind)
        .map(([, bill]) => bill);
      const sum = (of: keyof Meter): number => wanted.reduce((total, bill) => total + bill[of], 0);
      return {
        writeUnits: sum('writeUnits'),
        readUnits: sum('readUnits'),
        refusedUnits: sum('refusedUnits'),
      };
    },
  };
}
