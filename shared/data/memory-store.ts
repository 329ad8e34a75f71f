import type { Clock } from '../kernel/clock.ts';
import { indexEntry, itemBytes, MAX_PAGE_BYTES } from './capacity.ts';
import { holds } from './evaluate.ts';
import { type Entry, SortedEntries } from './memory-entries.ts';
import { placeInRange, type QueryPlan } from './query-plan.ts';
import { indexNames, tableIndexes } from './schema.ts';
import type { IndexName, Item, Key } from './table.ts';
import { sameValue } from './value.ts';

/** One record of the table's stream. */
export interface Change {
  /** 1, 2, 3… */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly key: Key;
  readonly old: Item | undefined;
  readonly new: Item | undefined;
}

/** How far eventually consistent reads lag. */
export interface StaleReads {
  /** Milliseconds this one read lags behind; asked anew for each read. */
  readonly lag: (read: 'item' | IndexName) => number;
  /** No lag is longer; what is older is forgotten. */
  readonly maxLag: number;
}

/** One partition's entry as it is found: which partition, and where in it. */
interface Placed {
  readonly partition: string;
  readonly entry: Entry;
}

/** Items, their indexes and, for stale reads, what they were a moment ago. */
export class MemoryStore {
  readonly #clock: Clock;
  readonly #onChange: (change: Change) => void;
  readonly #stale: StaleReads | undefined;
  readonly #partitions = new Map<string, SortedEntries>();
  readonly #indexes: { readonly [name in IndexName]: Map<string, SortedEntries> } = {
    lookup: new Map(),
    due: new Map(),
    charges: new Map(),
  };
  #recent: Change[] = [];
  #sequence = 0;

  constructor(clock: Clock, onChange: (change: Change) => void, stale: StaleReads | undefined) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#stale = stale;
  }

  read(key: Key, consistent: boolean): Item | undefined {
    const current = this.#partitions.get(key.pk)?.get(key.sk, key)?.item;
    if (consistent || this.#stale === undefined) return current;
    const undone = this.#unseen('item').find(
      (change) => change.key.pk === key.pk && change.key.sk === key.sk,
    );
    return undone === undefined ? current : undone.old;
  }

  /** `next` when the page ended before the partition was known to. */
  query(plan: QueryPlan): { items: Item[]; bytes: number; next?: Item } {
    const { range, filter, limit, after, descending, sortKey } = plan;
    const start = after && { sort: String(after[sortKey]), key: after };
    const items: Item[] = [];
    let bytes = 0;
    let seen = 0;
    let last: Item | undefined;
    for (const { item } of this.#seen(plan).within((sort) => placeInRange(range, sort), descending, start)) {
      if (last !== undefined && (seen >= limit || bytes + itemBytes(item) > MAX_PAGE_BYTES))
        return { items, bytes, next: startAfter(plan, last) };
      bytes += itemBytes(item);
      seen += 1;
      last = item;
      if (filter === undefined || holds(filter, item)) items.push(item);
    }
    // A full page says there may be more: the engine does not look ahead.
    return last !== undefined && seen >= limit
      ? { items, bytes, next: startAfter(plan, last) }
      : { items, bytes };
  }

  write(key: Key, item: Item | undefined): void {
    const old = this.read(key, true);
    if (sameValue(old, item)) return;
    move(this.#partitions, placed(undefined, old), placed(undefined, item));
    for (const name of indexNames) move(this.#indexes[name], placed(name, old), placed(name, item));
    this.#sequence += 1;
    const change: Change = { sequence: this.#sequence, at: this.#clock.now(), key, old, new: item };
    if (this.#stale !== undefined) this.#remember(change, this.#stale.maxLag);
    this.#onChange(change);
  }

  all(): Item[] {
    const everywhere = (): number => 0;
    return Array.from(this.#partitions.values()).flatMap((entries) =>
      Array.from(entries.within(everywhere, false), ({ item }) => item),
    );
  }

  /** A query's partition as this read sees it: an index, or an eventually consistent read, may lag. */
  #seen({ index, pk, consistent }: QueryPlan): SortedEntries {
    const partitions = index === undefined ? this.#partitions : this.#indexes[index];
    const current = partitions.get(pk) ?? new SortedEntries();
    if (consistent || this.#stale === undefined) return current;
    const unseen = this.#unseen(index ?? 'item').toReversed();
    const moves = unseen.map((change) => [placed(index, change.new), placed(index, change.old)] as const);
    const here = moves.filter((pair) => pair.some((each) => each?.partition === pk));
    if (here.length === 0) return current;
    const then = new Map([[pk, current.copy()]]);
    for (const [fresh, old] of here) move(then, fresh, old);
    return then.get(pk) ?? new SortedEntries();
  }

  /** The changes a lagging read does not see yet, oldest first. */
  #unseen(read: 'item' | IndexName): Change[] {
    if (this.#stale === undefined) return [];
    const horizon = this.#clock.now() - Math.min(this.#stale.lag(read), this.#stale.maxLag);
    return this.#recent.filter(({ at }) => at > horizon);
  }

  #remember(change: Change, maxLag: number): void {
    const [oldest] = this.#recent;
    const horizon = change.at - maxLag;
    // Only when the older half is due, so that a write stays cheap.
    if (oldest !== undefined && oldest.at < horizon - maxLag)
      this.#recent = this.#recent.filter(({ at }) => at > horizon);
    this.#recent.push(change);
  }
}

function placed(index: IndexName | undefined, item: Item | undefined): Placed | undefined {
  if (item === undefined) return undefined;
  const key = { pk: item.pk, sk: item.sk };
  if (index === undefined) return { partition: item.pk, entry: { sort: item.sk, key, item } };
  const held = indexEntry(index, item);
  if (held === undefined) return undefined;
  const { partitionKey, sortKey } = tableIndexes[index];
  return { partition: String(held[partitionKey]), entry: { sort: String(held[sortKey]), key, item: held } };
}

function move(
  partitions: Map<string, SortedEntries>,
  from: Placed | undefined,
  to: Placed | undefined,
): void {
  if (from !== undefined) {
    const entries = partitions.get(from.partition);
    entries?.delete(from.entry.sort, from.entry.key);
    if (entries?.size === 0) partitions.delete(from.partition);
  }
  if (to === undefined) return;
  const entries = partitions.get(to.partition) ?? new SortedEntries();
  entries.set(to.entry);
  partitions.set(to.partition, entries);
}

/** What the engine calls LastEvaluatedKey: the keys of the table and of the index. */
function startAfter({ partitionKey, sortKey }: QueryPlan, item: Item): Item {
  const { pk, sk, [partitionKey]: partition = pk, [sortKey]: sort = sk } = item;
  return Object.freeze({ pk, sk, [partitionKey]: partition, [sortKey]: sort });
}
