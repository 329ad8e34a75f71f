/**
 * Days and times of day in China: Asia/Shanghai at +08:00, fixed. Mainland China has had no summer time
 * since 1991, and nothing the platform schedules lies before that, so no time zone database is asked.
 */

/** A real calendar day, `YYYY-MM-DD`. `isDay` tells it from a string, `parseDay` refuses what is none. */
export type Day = `${number}-${number}-${number}`;

/** Time of day `HH:mm`, 00:00–23:59. */
export type HourMinute = `${number}:${number}`;

export const OFFSET_MS = 8 * 3_600_000;
export const DAY_MS = 24 * 3_600_000;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const HOUR_MINUTE = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** A day, a time, a duration or an instant that is none. The text itself is not repeated: it may be personal. */
export class InvalidTimeError extends Error {
  readonly expected: string;

  constructor(expected: string) {
    super(`not ${expected}`);
    this.name = 'InvalidTimeError';
    this.expected = expected;
  }
}

/** True for a day that exists: 2024-02-29 is one, 2023-02-29 is none. */
export function isDay(text: string): text is Day {
  const parts = DAY.exec(text);
  if (parts === null) return false;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return year > 0 && month >= 1 && month <= 12 && date >= 1 && date <= lengthOfMonth(year, month);
}

/** @throws InvalidTimeError */
export function parseDay(text: string): Day {
  if (!isDay(text)) throw new InvalidTimeError('a day YYYY-MM-DD');
  return text;
}

/** The day in China that an instant (ISO string with a zone, or epoch milliseconds) falls on. */
export function dayOf(instant: string | number): Day {
  return dayFromOrdinal(Math.floor((epochMsOf(instant) + OFFSET_MS) / DAY_MS));
}

/** The time of day in China of an instant, `HH:mm`; seconds are dropped. */
export function timeOf(instant: string | number): HourMinute {
  const inDay = epochMsOf(instant) + OFFSET_MS - ordinalOf(dayOf(instant)) * DAY_MS;
  const minutes = Math.floor(inDay / 60_000);
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}` as HourMinute;
}

/** That day's `HH:mm` in China as a UTC ISO instant with milliseconds. */
export function instantAt(day: Day, time: string): string {
  return new Date(ordinalOf(day) * DAY_MS - OFFSET_MS + minutesOf(time) * 60_000).toISOString();
}

/** Epoch milliseconds of an instant. @throws InvalidTimeError without a zone, since local time would creep in. */
export function epochMsOf(instant: string | number): number {
  const ms =
    typeof instant === 'number' ? instant : /(Z|[+-]\d{2}:\d{2})$/.test(instant) ? Date.parse(instant) : NaN;
  if (!Number.isFinite(ms)) throw new InvalidTimeError('an instant with a zone');
  return ms;
}

/** Minutes since midnight of `HH:mm`: 0–1439. @throws InvalidTimeError */
export function minutesOf(time: string): number {
  const parts = HOUR_MINUTE.exec(time);
  if (parts === null) throw new InvalidTimeError('a time HH:mm');
  return Number(parts[1]) * 60 + Number(parts[2]);
}

export function addDays(day: Day, days: number): Day {
  return dayFromOrdinal(ordinalOf(day) + days);
}

/** The same date `months` later; where that month is shorter, its last day (31 January + 1 = 28 or 29 February). */
export function addMonths(day: Day, months: number): Day {
  const { year, month, date } = partsOf(day);
  const index = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return dayFromParts(toYear, toMonth, Math.min(date, lengthOfMonth(toYear, toMonth)));
}

/** Days from `from` to `to`: 0 on the same day, negative when `to` comes first. */
export function daysBetween(from: Day, to: Day): number {
  return ordinalOf(to) - ordinalOf(from);
}

/** ISO weekday: 1 Monday … 7 Sunday. */
export function weekdayOf(day: Day): number {
  // Ordinal 0 is 1 January 1970, a Thursday.
  return ((((ordinalOf(day) + 3) % 7) + 7) % 7) + 1;
}

export function startOfMonth(day: Day): Day {
  const { year, month } = partsOf(day);
  return dayFromParts(year, month, 1);
}

export function startOfYear(day: Day): Day {
  return dayFromParts(partsOf(day).year, 1, 1);
}

export function yearOf(day: Day): number {
  return partsOf(day).year;
}

/**
 * Full years of age (周岁). A year is completed on the birthday; one born on 29 February completes it on
 * 1 March of common years, so that a limit "under 14" never ends a day early. Negative before birth is refused.
 */
export function ageOn(birthDate: Day, day: Day): number {
  if (birthDate > day) throw new InvalidTimeError('a birth date on or before the day');
  const [born, on] = [partsOf(birthDate), partsOf(day)];
  const reached = on.month > born.month || (on.month === born.month && on.date >= born.date);
  return on.year - born.year - (reached ? 0 : 1);
}

function ordinalOf(day: Day): number {
  return Math.round(Date.parse(`${day}T00:00:00.000Z`) / DAY_MS);
}

function dayFromOrdinal(ordinal: number): Day {
  const date = new Date(ordinal * DAY_MS);
  return dayFromParts(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

function dayFromParts(year: number, month: number, date: number): Day {
  if (!(year >= 1 && year <= 9999)) throw new InvalidTimeError('a day of the years 1 to 9999');
  return `${pad(year, 4)}-${pad(month)}-${pad(date)}` as Day;
}

function partsOf(day: Day): { year: number; month: number; date: number } {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(5, 7)), date: Number(day.slice(8, 10)) };
}

function lengthOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
