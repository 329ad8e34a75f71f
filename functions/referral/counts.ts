import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Direction } from './codes.ts';
import type { countsQuery, countsView } from './contracts.ts';
import { counted, counts, type MonthCount } from './store.ts';

/** Referrals up and down, by month: counted once, when they are first accepted. */

export interface Accepted {
  readonly patientId: string;
  readonly referralId: string;
  readonly direction: Direction;
  readonly fromInstitutionId: string;
  readonly toInstitutionId: string;
  readonly at: string;
}

/** A repeat counts nothing: the mark is in the same transaction. */
export async function countAccepted(deps: Deps, accepted: Accepted): Promise<void> {
  const { patientId, referralId, direction, fromInstitutionId, toInstitutionId, at } = accepted;
  const month = dayOf(at).slice(0, 7);
  const [one, other] = direction === 'UP' ? (['up', 'down'] as const) : (['down', 'up'] as const);
  const more = { add: { [one]: 1 }, setIfAbsent: { month, [other]: 0 } };
  await deps.table.transact([
    counted.putOperation({ patientId, referralId }, { at }, { if: { $exists: false } }),
    counts.updateOperation({ institutionId: fromInstitutionId, side: 'sent', month }, more),
    counts.updateOperation({ institutionId: toInstitutionId, side: 'received', month }, more),
  ]);
}

export async function showCounts(
  deps: Deps,
  institutionId: string,
  { from, until }: z.output<typeof countsQuery>,
): Promise<z.input<typeof countsView>> {
  const [sent, received] = await Promise.all(
    (['sent', 'received'] as const).map((side) => sumOf(deps, { institutionId, side, from, until })),
  );
  const none = { up: 0, down: 0 };
  return {
    definition: 'accepted-referrals',
    from,
    until,
    asOf: instant(deps.clock),
    sent: sent ?? none,
    received: received ?? none,
  };
}

interface Span {
  readonly institutionId: string;
  readonly side: 'sent' | 'received';
  readonly from: string;
  readonly until: string;
}

/** A year is twelve items; ten years fit one page. */
async function sumOf(
  { table }: Deps,
  { institutionId, side, from, until }: Span,
): Promise<Pick<MonthCount, 'up' | 'down'>> {
  const first = counts.key({ institutionId, side, month: from });
  const last = counts.key({ institutionId, side, month: until });
  const { items } = await counts.query(table, {
    pk: first.pk,
    sk: { between: [first.sk, last.sk] },
    limit: 1000,
  });
  return items.reduce((sum, { up, down }) => ({ up: sum.up + up, down: sum.down + down }), {
    up: 0,
    down: 0,
  });
}
