import type { Item, Key } from './table.ts';
import { compareUtf8 } from './value.ts';

/** One item in the order of one partition; `item` is what the table or index holds of it. */
export interface Entry {
  readonly sort: string;
  readonly key: Key;
  readonly item: Item;
}

/** One partition of the table or of an index, sorted as the engine sorts it; equal sort keys by the item's key. */
export class SortedEntries {
  #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  get(sort: string, key: Key): Entry | undefined {
    const entry = this.#entries[this.#first((each) => compareEntries(each, { sort, key }) >= 0)];
    return entry !== undefined && compareEntries(entry, { sort, key }) === 0 ? entry : undefined;
  }

  set(entry: Entry): void {
    const position = this.#first((each) => compareEntries(each, entry) >= 0);
    const known = this.#entries[position];
    const replaces = known !== undefined && compareEntries(known, entry) === 0;
    this.#entries.splice(position, replaces ? 1 : 0, entry);
  }

  delete(sort: string, key: Key): void {
    const position = this.#first((each) => compareEntries(each, { sort, key }) >= 0);
    const known = this.#entries[position];
    if (known !== undefined && compareEntries(known, { sort, key }) === 0) this.#entries.splice(position, 1);
  }

  copy(): SortedEntries {
    const copy = new SortedEntries();
    copy.#entries = [...this.#entries];
    return copy;
  }

  /**
   * The entries of a range, one way or the other, beyond `after`.
   * `place` tells whether a sort key lies before (−1), in (0) or behind (1) the range.
   */
  *within(
    place: (sort: string) => number,
    descending: boolean,
    after?: Pick<Entry, 'sort' | 'key'>,
  ): Generator<Entry> {
    let low = this.#first(({ sort }) => place(sort) >= 0);
    let high = this.#first(({ sort }) => place(sort) > 0);
    if (after !== undefined && descending)
      high = Math.min(
        high,
        this.#first((each) => compareEntries(each, after) >= 0),
      );
    if (after !== undefined && !descending)
      low = Math.max(
        low,
        this.#first((each) => compareEntries(each, after) > 0),
      );
    for (let step = 0; step < high - low; step += 1) {
      const entry = this.#entries[descending ? high - 1 - step : low + step];
      if (entry !== undefined) yield entry;
    }
  }

  /** The first position from which on `beyond` holds. */
  #first(beyond: (entry: Entry) => boolean): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && beyond(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function compareEntries(left: Pick<Entry, 'sort' | 'key'>, right: Pick<Entry, 'sort' | 'key'>): number {
  return (
    compareUtf8(left.sort, right.sort) ||
    compareUtf8(left.key.pk, right.key.pk) ||
    compareUtf8(left.key.sk, right.key.sk)
  );
}
