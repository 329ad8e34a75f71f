import { type Clock, systemClock } from '../kernel/clock.ts';
import { indexUnits, itemBytes, readUnits, refusedUnits, tableUnits } from './capacity.ts';
import { checkKey } from './carried.ts';
import { deleteStep, putStep, type Step, stepOf, updateStep } from './memory-steps.ts';
import { type Change, MemoryStore, type StaleReads } from './memory-store.ts';
import { planQuery } from './query-plan.ts';
import type { Consumed, Item, Table, TransactOperation, TransactOutcome } from './table.ts';
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

/**
 * The table in memory: the same outcomes, refusals and capacity as over the engine. A call is atomic, and takes
 * effect when it is made; its answer comes later. Items are frozen.
 */
export function createMemoryTable(options: MemoryTableOptions = {}): Table & { all(): Item[] } {
  const { clock = systemClock, onConsumed, onChange = () => {}, stale } = options;
  const store = new MemoryStore(clock, onChange, stale);
  const report: Report = (operation, units) =>
    onConsumed?.({ operation, readUnits: 0, writeUnits: 0, refused: false, ...units() });
  const transactions = new Transactions(store, clock, report);

  return {
    async get(key, { consistent = false } = {}) {
      const item = store.read(checkKey(key), consistent);
      report('get', () => ({ readUnits: itemUnits(item, consistent) }));
      return item;
    },
    async getMany(keys, { consistent = false } = {}) {
      const items = keys.map((key) => store.read(checkKey(key), consistent));
      const units = (): Partial<Consumed> => {
        const distinct = new Map(keys.map((key, index) => [JSON.stringify([key.pk, key.sk]), items[index]]));
        return { readUnits: sum(Array.from(distinct.values(), (item) => itemUnits(item, consistent))) };
      };
      if (keys.length > 0) report('getMany', units);
      return items;
    },
    async query(spec) {
      const plan = planQuery(spec);
      const { items, bytes, next } = store.query(plan);
      report('query', () => ({ readUnits: readUnits(bytes, plan.consistent) }));
      return { items, ...(next !== undefined && { next }) };
    },
    async put(item, how = {}) {
      return written(store, report, 'put', putStep(store, item, how), ({ after }) => present(after));
    },
    async update(key, changes, how = {}) {
      const step = updateStep(store, key, changes, how);
      return written(store, report, 'update', step, ({ after }) => present(after));
    },
    async delete(key, how = {}) {
      return written(store, report, 'delete', deleteStep(store, key, how.if), ({ before }) => before);
    },
    transact: async (operations, { token } = {}) => transactions.run(operations, token),
    all: () => store.all(),
  };
}

/** The units are counted only where somebody is told of them: to measure an item costs more than to store it. */
type Report = (operation: string, units: () => Partial<Consumed>) => void;

type Written<T> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly current: Item | undefined };

function written<T>(
  store: MemoryStore,
  report: Report,
  operation: string,
  step: Step,
  answer: (step: Step) => T,
): Written<T> {
  const { key, before, after, refused } = step;
  if (refused) {
    report(operation, () => ({ writeUnits: refusedUnits(before), refused }));
    return { ok: false, current: before };
  }
  report(operation, () => ({ writeUnits: tableUnits(before, after) + indexUnits(before, after) }));
  store.write(key, after);
  return { ok: true, item: answer(step) };
}

const TOKEN_MS = 10 * 60_000;

/** All or nothing, and once for each token. */
class Transactions {
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #done = new Map<string, { until: number; content: string; units: () => Partial<Consumed> }>();

  constructor(store: MemoryStore, clock: Clock, report: Report) {
    this.#store = store;
    this.#clock = clock;
    this.#report = report;
  }

  run(operations: readonly TransactOperation[], token: string | undefined): TransactOutcome {
    checkTransaction(operations, token);
    const content = token === undefined ? '' : contentOf(operations);
    if (token !== undefined && this.#isDone(token, content)) return { ok: true };
    const steps = operations.map((operation) => stepOf(this.#store, operation));
    if (steps.some(({ refused }) => refused)) return this.#refuse(steps);
    for (const { key, after } of steps) this.#store.write(key, after);
    this.#report('transact', () => ({
      // Prepared and committed: twice the table's units. The indexes follow once.
      writeUnits: sum(steps.map((s) => 2 * tableUnits(s.before, s.after) + indexUnits(s.before, s.after))),
    }));
    if (token !== undefined) this.#remember(token, content, steps);
    return { ok: true };
  }

  #isDone(token: string, content: string): boolean {
    const known = this.#done.get(token);
    if (known === undefined || known.until < this.#clock.now()) return false;
    if (known.content !== content) throw new InvalidTableCall('a token came back with another transaction');
    this.#report('transact', known.units);
    return true;
  }

  #remember(token: string, content: string, steps: readonly Step[]): void {
    const now = this.#clock.now();
    // Oldest first; a long simulation would otherwise keep every token it ever saw.
    for (const [known, { until }] of this.#done) {
      if (until >= now) break;
      this.#done.delete(known);
    }
    // A repeat is billed as a transactional read.
    const units = (): Partial<Consumed> => ({
      readUnits: sum(steps.map(({ after }) => 2 * itemUnits(after, true))),
    });
    this.#done.set(token, { until: now + TOKEN_MS, content, units });
  }

  #refuse(steps: readonly Step[]): TransactOutcome {
    // As the engine: only those that failed show their item.
    const failures = steps.map(({ refused, before }) => ({
      failed: refused,
      current: refused ? before : undefined,
    }));
    this.#report('transact', () => ({
      writeUnits: sum(failures.map(({ current }) => 2 * refusedUnits(current))),
      refused: true,
    }));
    return { ok: false, failures };
  }
}

/** What cannot be stored is refused later, one operation after the other; JSON itself only balks at a bigint. */
function contentOf(operations: readonly TransactOperation[]): string {
  return JSON.stringify(operations, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
}

function itemUnits(item: Item | undefined, consistent: boolean): number {
  return readUnits(item === undefined ? 0 : itemBytes(item), consistent);
}

function present(item: Item | undefined): Item {
  if (item === undefined) throw new Error('a write left nothing behind');
  return item;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
