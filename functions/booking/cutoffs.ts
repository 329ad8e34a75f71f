import { chinaCalendar } from '../../shared/kernel/calendar.ts';
import { addDays, addMonths, type Day, instantAt, startOfMonth } from '../../shared/kernel/china-time.ts';
import { POOLS } from './lanes.ts';
import type { BookingPolicy, Channel, Cutoff, Pool } from './policy.ts';
import type { Closing, ScheduleDetail, Slot, VisitKind } from './store.ts';

export type ScheduleTimes = Pick<ScheduleDetail, 'opensAt' | 'releasedAt' | 'closings' | 'endsAt'>;

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
  }: { readonly day: Day; readonly visitKind: VisitKind; readonly slots: readonly Slot[] },
): ScheduleTimes {
  const [first, last] = [slots[0], slots.at(-1)];
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
  return {
    opensAt,
    releasedAt,
    closings: {
      book: closingOf(policy.cutoffs.book[visitKind], day, first.start),
      cancel: closingOf(policy.cutoffs.cancel[visitKind], day, first.start),
    },
    endsAt: instantAt(day, last.end),
  };
}

function closingOf(cutoff: Cutoff, day: Day, halfDayStart: string): Closing {
  if (cutoff.kind === 'day') {
    const { daysBefore, dayKind, at } = cutoff;
    const on =
      dayKind === 'calendar' ? addDays(day, -daysBefore) : chinaCalendar.addWorkingDays(day, -daysBefore);
    return { at: instantAt(on, at) };
  }
  return cutoff.before === 'slot'
    ? { minutesBeforeSlot: cutoff.minutes }
    : { at: minutesBefore(instantAt(day, halfDayStart), cutoff.minutes) };
}

/** The instant from which on a slot is closed. */
export function closesAt(closing: Closing, day: Day, { start }: Pick<Slot, 'start'>): string {
  return 'at' in closing ? closing.at : minutesBefore(instantAt(day, start), closing.minutesBeforeSlot);
}

/** On-site numbers are given out until the clinic ends; other channels stop at the cut-off, or when the slot is over. */
export function slotClosesAt(
  { closings, day, endsAt }: Pick<ScheduleDetail, 'closings' | 'day' | 'endsAt'>,
  slot: Slot,
  channel: Channel,
): string {
  if (channel === 'ONSITE') return endsAt;
  const over = instantAt(day, slot.end);
  return [closesAt(closings.book, day, slot), over].toSorted()[0] ?? over;
}

function minutesBefore(at: string, minutes: number): string {
  return new Date(Date.parse(at) - minutes * 60_000).toISOString();
}

/** The furthest visit day some pool of which is open today or tomorrow: schedules are made up to it. */
export function furthestOpening(policy: BookingPolicy, today: Day): Day {
  const tomorrow = addDays(today, 1);
  const days = POOLS.map((pool) => {
    const { before } = policy.pools[pool].opens;
    return before.unit === 'days' ? addDays(tomorrow, before.days) : lastOpeningOn(tomorrow, before.months);
  });
  return days.toSorted().at(-1) ?? today;
}

/** Counted back from the last days of a longer month, several of them open on the last day of a shorter one. */
function lastOpeningOn(day: Day, months: number): Day {
  const visit = addMonths(day, months);
  const isLastOfMonth = startOfMonth(addDays(day, 1)) !== startOfMonth(day);
  return isLastOfMonth ? addDays(addMonths(startOfMonth(visit), 1), -1) : visit;
}
