import { chinaCalendar } from '../../shared/kernel/calendar.ts';
import { addDays, addMonths, type Day, instantAt } from '../../shared/kernel/china-time.ts';
import type { BookingPolicy, Cutoff, Pool } from './policy.ts';
import type { Half, SlotDetail, VisitKind } from './store.ts';

const POOLS = ['PUBLIC', 'COMMUNITY', 'REFERRAL', 'ONSITE'] as const satisfies readonly Pool[];

export interface ScheduleTimes {
  readonly opensAt: Readonly<Record<Pool, string>>;
  readonly releasedAt: Readonly<Partial<Record<Pool, string>>>;
  readonly bookableUntil: string;
  readonly cancellableUntil: string;
  readonly endsAt: string;
}

/**
 * Every instant policy gives a schedule, fixed when it is made: a later change of policy does not move the
 * release of numbers that people already wait for.
 * @throws CalendarNotCoveredError when a working-day rule reaches beyond the calendar
 */
export function timesOf(
  policy: BookingPolicy,
  {
    day,
    visitKind,
    slots,
  }: {
    readonly day: Day;
    readonly half: Half;
    readonly visitKind: VisitKind;
    readonly slots: readonly SlotDetail[];
  },
): ScheduleTimes {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined) throw new Error('a schedule without slots has no times');
  const opensAt = { PUBLIC: '', COMMUNITY: '', REFERRAL: '', ONSITE: '' };
  const releasedAt: Partial<Record<Pool, string>> = {};
  for (const pool of POOLS) {
    const { opens, releasedToPublic } = policy.pools[pool];
    const opensOn =
      opens.before.unit === 'days' ? addDays(day, -opens.before.days) : addMonths(day, -opens.before.months);
    opensAt[pool] = instantAt(opensOn, opens.at);
    if (releasedToPublic !== undefined && pool !== 'PUBLIC') {
      releasedAt[pool] = instantAt(addDays(day, -releasedToPublic.daysBefore), releasedToPublic.at);
    }
  }
  const endsAt = instantAt(day, last.end);
  const bookableUntil = cutoffAt(policy.cutoffs.book[visitKind], day, first.start, last.start);
  return {
    opensAt,
    releasedAt,
    bookableUntil: [bookableUntil, endsAt].toSorted()[0] ?? endsAt,
    cancellableUntil: cutoffAt(policy.cutoffs.cancel[visitKind], day, first.start, first.start),
    endsAt,
  };
}

/** A cut-off as an instant. `slotStart` is the slot asked about; `minutes` before `half-day` counts from the first. */
export function cutoffAt(cutoff: Cutoff, day: Day, halfDayStart: string, slotStart: string): string {
  if (cutoff.kind === 'day') {
    const on =
      cutoff.dayKind === 'calendar'
        ? addDays(day, -cutoff.daysBefore)
        : chinaCalendar.addWorkingDays(day, -cutoff.daysBefore);
    return instantAt(on, cutoff.at);
  }
  const start = instantAt(day, cutoff.before === 'slot' ? slotStart : halfDayStart);
  return new Date(Date.parse(start) - cutoff.minutes * 60_000).toISOString();
}

/** The furthest visit day some pool of which is open today or tomorrow: schedules are made up to it. */
export function furthestOpening(policy: BookingPolicy, today: Day): Day {
  const days = POOLS.map((pool) => {
    const { before } = policy.pools[pool].opens;
    return before.unit === 'days'
      ? addDays(today, before.days + 1)
      : addDays(addMonths(today, before.months), 1);
  });
  return days.toSorted().at(-1) ?? today;
}
