import type { Key, Table, TransactOperation } from '../../../shared/data/table.ts';
import { keyOf } from '../../../shared/data/transaction.ts';
import type { Kms } from '../../../shared/privacy/kms.ts';
import type { Scheduler } from './scheduler.ts';

const at = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** The table with every call waiting for its turn. */
export function gatedTable(scheduler: Scheduler, table: Table): Table {
  const all = (operations: readonly TransactOperation[]): string =>
    operations.map((operation) => at(keyOf(operation))).join(' + ');
  return {
    get: (key, how) => scheduler.call('read', `get ${at(key)}`, () => table.get(key, how)),
    getMany: (keys, how) => scheduler.call('read', `getMany ${keys.length}`, () => table.getMany(keys, how)),
    query: (spec) => scheduler.call('read', `query ${spec.index ?? ''} ${spec.pk}`, () => table.query(spec)),
    put: (item, how) => scheduler.call('write', `put ${at(item)}`, () => table.put(item, how)),
    update: (key, changes, how) =>
      scheduler.call('write', `update ${at(key)}`, () => table.update(key, changes, how)),
    delete: (key, how) => scheduler.call('write', `delete ${at(key)}`, () => table.delete(key, how)),
    transact: (operations, how) =>
      scheduler.call('write', `transact ${all(operations)}`, () => table.transact(operations, how)),
  };
}

export function gatedKms(scheduler: Scheduler, kms: Kms): Kms {
  return {
    wrap: (plain, context) => scheduler.call('other', 'kms wrap', () => kms.wrap(plain, context)),
    unwrap: (wrapped, context) => scheduler.call('other', 'kms unwrap', () => kms.unwrap(wrapped, context)),
  };
}
