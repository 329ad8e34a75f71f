import { applied } from './apply.ts';
import { itemBytes, MAX_ITEM_BYTES } from './capacity.ts';
import { carriedByPut, carriedByUpdate, checkIndexKeys, checkKey } from './carried.ts';
import { type Check, parseCondition } from './condition.ts';
import { holds } from './evaluate.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Changes, Condition, Item, Key, TransactOperation, WriteOptions } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

/** What a write would do; nothing is written yet. */
export interface Step {
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly refused: boolean;
}

/** Throws `InvalidTableCall` where the engine would refuse the call itself. */
export function stepOf(store: MemoryStore, operation: TransactOperation): Step {
  if ('put' in operation) return putStep(store, operation.put, operation);
  if ('update' in operation) return updateStep(store, operation.update, operation.changes, operation);
  if ('delete' in operation) return deleteStep(store, operation.delete, operation.if);
  const key = checkKey(operation.check);
  const before = store.read(key, true);
  return { key, before, after: before, refused: !holds(parseCondition(operation.if), before) };
}

export function putStep(store: MemoryStore, item: Item, options: WriteOptions): Step {
  const after = carriedByPut(item, options);
  checkSize(after);
  const key = checkKey(after);
  const before = store.read(key, true);
  return { key, before, after, refused: isRefused(checkOf(options.if), before) };
}

export function updateStep(store: MemoryStore, given: Key, changes: Changes, options: WriteOptions): Step {
  const key = checkKey(given);
  const actions = carriedByUpdate(key, changes, options);
  const before = store.read(key, true);
  if (isRefused(checkOf(options.if), before)) return { key, before, after: before, refused: true };
  const after = applied(actions, before, key);
  checkIndexKeys(after);
  checkSize(after);
  return { key, before, after, refused: false };
}

export function deleteStep(store: MemoryStore, given: Key, condition: Condition | undefined): Step {
  const key = checkKey(given);
  const before = store.read(key, true);
  return { key, before, after: undefined, refused: isRefused(checkOf(condition), before) };
}

function checkOf(condition: Condition | undefined): Check | undefined {
  return condition === undefined ? undefined : parseCondition(condition);
}

function isRefused(check: Check | undefined, item: Item | undefined): boolean {
  return check !== undefined && !holds(check, item);
}

function checkSize(item: Item): void {
  if (itemBytes(item) > MAX_ITEM_BYTES) throw new InvalidTableCall('an item exceeds 400 KB');
}
