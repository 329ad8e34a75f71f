import type { Key, TransactOperation } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/** TransactWriteItems' own limits. */
const MAX_OPERATIONS = 100;
const MAX_TOKEN = 36;

export function keyOf(operation: TransactOperation): Key {
  if ('put' in operation) return operation.put;
  if ('update' in operation) return operation.update;
  return 'delete' in operation ? operation.delete : operation.check;
}

/** Throws `InvalidTableCall` on what the engine would refuse as a whole. */
export function checkTransaction(operations: readonly TransactOperation[], token?: string): void {
  if (operations.length === 0 || operations.length > MAX_OPERATIONS)
    throw new InvalidTableCall(`a transaction holds 1 to ${MAX_OPERATIONS} operations`);
  const keys = new Set(
    operations.map((operation) => JSON.stringify([keyOf(operation).pk, keyOf(operation).sk])),
  );
  if (keys.size < operations.length) throw new InvalidTableCall('a transaction names each item at most once');
  if (token !== undefined && (token === '' || token.length > MAX_TOKEN))
    throw new InvalidTableCall(`a transaction's token has 1 to ${MAX_TOKEN} characters`);
}

/**
 * Cuts entries, in their order, into groups that fit into one transaction each, as full as may be. `sizeOf` says how
 * many operations a group comes to; an entry that is too large by itself stands alone, for the table to refuse.
 */
export function fillTransactions<E>(
  entries: readonly E[],
  sizeOf: (group: readonly E[]) => number,
): readonly (readonly E[])[] {
  const full: E[][] = [];
  let open: E[] = [];
  for (const entry of entries) {
    if (open.length > 0 && sizeOf([...open, entry]) > MAX_OPERATIONS) {
      full.push(open);
      open = [];
    }
    open.push(entry);
  }
  return open.length === 0 ? full : [...full, open];
}
