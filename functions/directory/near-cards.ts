import type { Table } from '../../shared/data/table.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { readAll } from './read-all.ts';
import { type Card, entries } from './store.ts';

/** Whole stretches of search partitions, which sorting by distance needs to see from end to end. */
export interface NearCards {
  /** At most ten seconds behind the table. */
  under(pk: string, prefix: string): Promise<readonly Card[]>;
  /** After a change by this container: the next reader asks the table. */
  forget(): void;
}

const KEPT_MILLIS = 10_000;
/** About 15 MB. */
const MAX_CARDS = 30_000;

interface Kept {
  readonly cards: Promise<readonly Card[]>;
  readonly until: number;
  count: number;
}

/**
 * A few stretches are asked for again and again (the family doctors of this county): a container reads each once
 * in ten seconds, so that no number of searches can wear out one partition. Above `maxCards` the longest kept go.
 */
export function createNearCards(
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  maxCards = MAX_CARDS,
): NearCards {
  const kept = new Map<string, Kept>();

  function makeRoom(): void {
    let total = 0;
    for (const { count } of kept.values()) total += count;
    for (const [stretch, { count }] of kept) {
      if (total <= maxCards) return;
      kept.delete(stretch);
      total -= count;
    }
  }

  async function read(pk: string, prefix: string): Promise<readonly Card[]> {
    const items = await readAll(table, { pk, ...(prefix === '' ? {} : { sk: { beginsWith: prefix } }) });
    return items.map(entries.from);
  }

  return {
    async under(pk, prefix) {
      const stretch = `${pk} ${prefix}`;
      const known = kept.get(stretch);
      if (known !== undefined && clock.now() < known.until) return known.cards;
      kept.delete(stretch);
      const fresh: Kept = { cards: read(pk, prefix), until: clock.now() + KEPT_MILLIS, count: 0 };
      kept.set(stretch, fresh);
      try {
        const cards = await fresh.cards;
        fresh.count = cards.length;
        makeRoom();
        return cards;
      } catch (error) {
        kept.delete(stretch);
        throw error;
      }
    },
    forget: () => kept.clear(),
  };
}
