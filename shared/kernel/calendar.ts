import { CALENDAR_YEARS, type CalendarYear } from './calendar-data.ts';
import { addDays, type Day, daysBetween, weekdayOf, yearOf } from './china-time.ts';

/** Asked about a year whose notice the calendar does not hold. Guessing would move legal deadlines. */
export class CalendarNotCoveredError extends Error {
  readonly day: Day;

  constructor(day: Day) {
    super('the working-day calendar does not cover this year');
    this.name = 'CalendarNotCoveredError';
    this.day = day;
  }
}

/** Working days of China. Unless it says otherwise, a method throws CalendarNotCoveredError once it needs a year without data. */
export interface WorkingCalendar {
  /** The notice for the day's year is known. */
  covers(day: Day): boolean;
  /** True on weekdays that are no holiday and on made-up Saturdays and Sundays. */
  isWorkingDay(day: Day): boolean;
  /** The name of the holiday a day off belongs to; undefined on working days and plain weekends. */
  holidayOn(day: Day): string | undefined;
  /** The `days`-th working day after (or, negative, before) `day`, which itself is not counted. 0 gives `day` back. */
  addWorkingDays(day: Day, days: number): Day;
  /** The last working day before `day`. */
  previousWorkingDay(day: Day): Day;
  /** Working days after `from` up to and including `to`; negative when `to` comes first. */
  workingDaysBetween(from: Day, to: Day): number;
}

/**
 * @param otherYears what is done with a year without data: `refuse` throws, `weekdays` takes Monday to Friday for
 * working days and knows no holiday. Whoever asks for the latter marks what rests on it as provisional (`covers`).
 */
export function workingCalendar(
  years: readonly CalendarYear[],
  otherYears: 'refuse' | 'weekdays' = 'refuse',
): WorkingCalendar {
  const covered = new Set(years.map(({ year }) => year));
  const made = new Set(years.flatMap(({ makeUpDays }) => makeUpDays));
  const holidays = years.flatMap((year) => year.holidays);

  function holidayOn(day: Day): string | undefined {
    return holidays.find(({ from, to }) => from <= day && day <= to)?.name;
  }

  function assertCovered(day: Day): void {
    if (otherYears === 'refuse' && !covered.has(yearOf(day))) throw new CalendarNotCoveredError(day);
  }

  function isWorkingDay(day: Day): boolean {
    assertCovered(day);
    return made.has(day) || (weekdayOf(day) <= 5 && holidayOn(day) === undefined);
  }

  function addWorkingDays(day: Day, days: number): Day {
    if (!Number.isSafeInteger(days)) throw new RangeError('working days are counted in whole numbers');
    assertCovered(day);
    const step = days < 0 ? -1 : 1;
    let reached = day;
    for (let left = Math.abs(days); left > 0; ) {
      reached = addDays(reached, step);
      if (isWorkingDay(reached)) left -= 1;
    }
    return reached;
  }

  function workingDaysBetween(from: Day, to: Day): number {
    if (to < from) return -workingDaysBetween(to, from);
    assertCovered(from);
    let count = 0;
    for (let offset = 1; offset <= daysBetween(from, to); offset += 1) {
      if (isWorkingDay(addDays(from, offset))) count += 1;
    }
    return count;
  }

  return {
    covers: (day) => covered.has(yearOf(day)),
    isWorkingDay,
    holidayOn(day) {
      assertCovered(day);
      return holidayOn(day);
    },
    addWorkingDays,
    previousWorkingDay: (day) => addWorkingDays(day, -1),
    workingDaysBetween,
  };
}

/** The calendar of the years whose notices are in `calendar-data.ts`: 2024, 2025 and 2026. */
export const chinaCalendar: WorkingCalendar = workingCalendar(CALENDAR_YEARS);

/** The same, with plain weekdays in years whose notice is not out: for what may be placed anew once it is. */
export const provisionalCalendar: WorkingCalendar = workingCalendar(CALENDAR_YEARS, 'weekdays');
