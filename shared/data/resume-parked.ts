import type { Clock } from '../kernel/clock.ts';
import { dueShardOf, parkedShard } from './schema.ts';
import type { Item, Table } from './table.ts';

export interface Parked {
  readonly table: Pick<Table, 'query' | 'update'>;
  readonly context: string;
  readonly clock: Clock;
  /** After so long no more are resumed: the same call again goes on. Default: without end. */
  readonly mostMs?: number;
}

/**
 * Sets going again the timers that a context's sweep has given up, once what made them fail is mended: each is due at
 * once, with all its attempts before it. One that was set anew or cleared meanwhile stays as it is.
 */
export async function resumeParked({
  table,
  context,
  clock,
  mostMs = Number.POSITIVE_INFINITY,
}: Parked): Promise<{ readonly resumed: number; readonly left: boolean }> {
  const pk = parkedShard(context);
  const startedAt = clock.now();
  const dueAt = new Date(startedAt).toISOString();
  let resumed = 0;
  let after: Item | undefined;
  do {
    const page = await table.query({ index: 'due', pk, ...(after && { after }) });
    for (const { pk: itemPk, sk } of page.items) {
      if (clock.now() - startedAt >= mostMs) return { resumed, left: true };
      const key = { pk: itemPk, sk };
      const { ok } = await table.update(
        key,
        { set: { dueShard: dueShardOf(key), dueAt }, remove: ['dueAttempts', 'dueClaim'] },
        { if: { dueShard: pk } },
      );
      if (ok) resumed += 1;
    }
    after = page.next;
  } while (after !== undefined);
  return { resumed, left: false };
}
