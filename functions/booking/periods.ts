import { addDays, addMonths, type Day, startOfMonth, startOfYear } from '../../shared/kernel/china-time.ts';
import type { PenaltyRule, Period } from './policy.ts';

/** Whether `day` falls into the period around `anchor`. Rolling periods look both ways: visits lie ahead and behind. */
export function inPeriod(period: Period, anchor: Day, day: Day): boolean {
  switch (period.kind) {
    case 'visit-day':
      return day === anchor;
    case 'days':
      return day > addDays(anchor, -period.days) && day < addDays(anchor, period.days);
    case 'months':
      return day > addMonths(anchor, -period.months) && day < addMonths(anchor, period.months);
    case 'calendar-month':
      return startOfMonth(day) === startOfMonth(anchor);
    case 'calendar-year':
      return startOfYear(day) === startOfYear(anchor);
  }
}

/** The most days that lie together in one rolling window of the period and contain `anchor`. */
export function mostInWindow(period: Period, anchor: Day, days: readonly Day[]): number {
  if (period.kind !== 'days' && period.kind !== 'months') {
    return days.filter((day) => inPeriod(period, anchor, day)).length;
  }
  // Not `inPeriod`: counted on from 29 November three months end before 28 February, counted back they do not.
  const starts = [anchor, ...days.filter((day) => day <= anchor && anchor < windowEnd(period, day))];
  return Math.max(
    ...starts.map((start) => days.filter((day) => day >= start && day < windowEnd(period, start)).length),
  );
}

function windowEnd(period: Extract<Period, { kind: 'days' | 'months' }>, start: Day): Day {
  return period.kind === 'days' ? addDays(start, period.days) : addMonths(start, period.months);
}

/** Last day of a ban that starts on `from`. */
export function banEnd(ban: PenaltyRule['steps'][number]['ban'], from: Day): Day {
  switch (ban.kind) {
    case 'days':
      return addDays(from, ban.days - 1);
    case 'months':
      return addDays(addMonths(from, ban.months), -1);
    case 'rest-of-month':
      return addDays(addMonths(startOfMonth(from), 1), -1);
  }
}
