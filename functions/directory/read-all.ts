import type { Item, QuerySpec, Table } from '../../shared/data/table.ts';

/** Every page of a query whose partition is known to be small. */
export async function readAll(table: Table, spec: QuerySpec): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: Item | undefined;
  do {
    const page = await table.query({ limit: 1_000, ...spec, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}
