import { type Clock, systemClock } from '../kernel/clock.ts';
import { applied } from './apply.ts';
import { indexUnits, itemBytes, MAX_ITEM_BYTES, readUnits, refusedUnits, tableUnits } from './capacity.ts';
import { carriedByPut, carriedByUpdate, checkIndexKeys, checkKey } from './carried.ts';
import { type Check, parseCondition } from './condition.ts';
import { holds } from './evaluate.ts';
import { type Change, MemoryStore, type StaleReads } from './memory-store.ts';
import { planQuery } from './query-plan.ts';
import type {
  Changes,
  Condition,
  Consumed,
  Item,
  Key,
  Table,
  TransactOperation,
  TransactOutcome,
  WriteOptions,
  WriteOutcome,
} from './table.ts';
import { InvalidTableCall } from './table-errors.ts';
import { checkTransaction } from './transaction.ts';

export interface MemoryTableOptions {
  readonly clock?: Clock;
  /** Told the capacity each call would consume on the engine. */
  readonly onConsumed?: (consumed: Consumed) => void;
  /** Told each change in order, as the table's stream would tell it: a write that changes nothing tells nothing. */
  readonly onChange?: (change: Change) => void;
  /** Makes eventually consistent reads lag. Left out: every read is fresh. */
  readonly stale?: StaleReads;
}

/** The table in memory: same outcomes, same errors, same capacity as over the engine. Atomic per call; items are frozen. */
export function createMemoryTable(options: MemoryTableOptions = {}): Table & { all(): Item[] } {
  const { clock = systemClock, onConsumed = () => {}, onChange = () => {} } = options;
  const store = new MemoryStore(clock, onChange, options.stale);
  const tokens = new Map<
    string,
    { readonly until: number; readonly content: string; readonly units: number }
  >();

  function read(operation: string, units: number): void {
    onConsumed({ operation, readUnits: units, writeUnits: 0, refused: false });
  }
  function written(operation: string, units: number, refused: boolean): void {
    onConsumed({ operation, readUnits: 0, writeUnits: units, refused });
  }

  function write<T>(operation: string, step: Step, answer: (step: Step) => T): Outcome<T> {
    const { key, before, after, refused } = step;
    if (refused) {
      written(operation, refusedUnits(before), true);
      return { ok: false, current: before };
    }
    written(operation, tableUnits(before, after) + indexUnits(before, after), false);
    store.write(key, after);
    return { ok: true, item: answer(step) };
  }

  function replayed(token: string, content: string): TransactOutcome | undefined {
    const known = tokens.get(token);
    if (known === undefined || known.until < clock.now()) return undefined;
    if (known.content !== content) throw new InvalidTableCall('a token came back with another transaction');
    read('transact', known.units);
    return { ok: true };
  }

  return {
    async get(key, { consistent = false } = {}) {
      const item = store.read(checkKey(key), consistent);
      read('get', readUnits(item === undefined ? 0 : itemBytes(item), consistent));
      return item;
    },

    async getMany(keys, { consistent = false } = {}) {
      const items = keys.map((key) => store.read(checkKey(key), consistent));
      const sizes = new Map(keys.map(({ pk, sk }, index) => [JSON.stringify([pk, sk]), items[index]]));
      let units = 0;
      for (const item of sizes.values())
        units += readUnits(item === undefined ? 0 : itemBytes(item), consistent);
      if (keys.length > 0) read('getMany', units);
      return items;
    },

    async query(spec) {
      const plan = planQuery(spec);
      const { items, bytes, next } = store.query(plan);
      read('query', readUnits(bytes, plan.consistent));
      return { items, ...(next !== undefined && { next }) };
    },

    async put(item, write_ = {}) {
      return write('put', putStep(store, item, write_), ({ after }) => present(after));
    },

    async update(key, changes, write_ = {}) {
      return write('update', updateStep(store, key, changes, write_), ({ after }) => present(after));
    },

    async delete(key, write_ = {}): Promise<WriteOutcome<Item | undefined>> {
      return write('delete', deleteStep(store, key, write_.if), ({ before }) => before);
    },

    async transact(operations, { token } = {}) {
      checkTransaction(operations, token);
      const content = JSON.stringify(operations);
      const known = token === undefined ? undefined : replayed(token, content);
      if (known !== undefined) return known;
      const steps = operations.map((operation) => stepOf(store, operation));
      if (steps.some(({ refused }) => refused)) {
        const failures = steps.map(({ refused, before }) => ({
          failed: refused,
          current: refused ? before : undefined,
        }));
        written(
          'transact',
          failures.reduce((sum, { current }) => sum + 2 * refusedUnits(current), 0),
          true,
        );
        return { ok: false, failures };
      }
      const units = steps.reduce(
        (sum, { before, after }) => sum + 2 * tableUnits(before, after) + indexUnits(before, after),
        0,
      );
      for (const { key, after } of steps) store.write(key, after);
      written('transact', units, false);
      if (token !== undefined)
        tokens.set(token, { until: clock.now() + TOKEN_MS, content, units: replayUnits(steps) });
      return { ok: true };
    },

    all: () => store.all(),
  };
}

const TOKEN_MS = 10 * 60_000;

type Outcome<T> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly current: Item | undefined };

/** What a write would do; nothing is written yet. */
interface Step {
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly refused: boolean;
}

function stepOf(store: MemoryStore, operation: TransactOperation): Step {
  if ('put' in operation) return putStep(store, operation.put, operation);
  if ('update' in operation) return updateStep(store, operation.update, operation.changes, operation);
  if ('delete' in operation) return deleteStep(store, operation.delete, operation.if);
  const key = checkKey(operation.check);
  const before = store.read(key, true);
  return { key, before, after: before, refused: !holds(parseCondition(operation.if), before) };
}

function putStep(store: MemoryStore, item: Item, options: WriteOptions): Step {
  const after = carriedByPut(item, options);
  checkSize(after);
  const key = checkKey(after);
  const before = store.read(key, true);
  return { key, before, after, refused: isRefused(checkOf(options.if), before) };
}

function updateStep(store: MemoryStore, given: Key, changes: Changes, options: WriteOptions): Step {
  const key = checkKey(given);
  const actions = carriedByUpdate(key, changes, options);
  const before = store.read(key, true);
  if (isRefused(checkOf(options.if), before)) return { key, before, after: before, refused: true };
  const after = applied(actions, before, key);
  checkIndexKeys(after);
  checkSize(after);
  return { key, before, after, refused: false };
}

function deleteStep(store: MemoryStore, given: Key, condition: Condition | undefined): Step {
  const key = checkKey(given);
  const before = store.read(key, true);
  return { key, before, after: undefined, refused: isRefused(checkOf(condition), before) };
}

/** A repeat by token is billed as a transactional read of its items. */
function replayUnits(steps: readonly Step[]): number {
  return steps.reduce(
    (sum, { after }) => sum + 2 * readUnits(after === undefined ? 0 : itemBytes(after), true),
    0,
  );
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

function present(item: Item | undefined): Item {
  if (item === undefined) throw new Error('a write left nothing behind');
  return item;
}
