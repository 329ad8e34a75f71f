import { addDays, addMonths, type Day, startOfMonth, startOfYear } from '../../shared/kernel/china-time.ts';
import type { BookingPolicy, Period } from './policy.ts';
import type { RecordEntry } from './record-entry.ts';

/** A visit is closed when its clinic ends; a tick that is late by days must still find it. */
const OPEN_DAYS = 7;

/** The last day on which some rule may ask for the entry. */
export function keptUntil(
  { limits, penalties }: BookingPolicy,
  { state, day, endedOn = day }: RecordEntry,
): Day {
  const counted =
    state === 'X'
      ? []
      : state === 'C'
        ? penalties.filter(({ event }) => event !== 'no-show').map(({ period }) => reach(period, endedOn))
        : [
            ...limits.map(({ period }) => reach(period, day)),
            ...penalties.filter(({ event }) => event === 'no-show').map(({ period }) => reach(period, day)),
          ];
  const least = state === 'A' ? addDays(day, OPEN_DAYS) : day;
  return [least, ...counted].toSorted().at(-1) ?? least;
}

/** The last day whose period may hold `day`. */
function reach(period: Period, day: Day): Day {
  switch (period.kind) {
    case 'visit-day':
      return day;
    case 'days':
      return addDays(day, period.days);
    case 'months':
      return addMonths(day, period.months);
    case 'calendar-month':
      return addDays(addMonths(startOfMonth(day), 1), -1);
    case 'calendar-year':
      return addDays(addMonths(startOfYear(day), 12), -1);
  }
}
