import { addMonths, DAY_MS, dayOf, epochMsOf, InvalidTimeError } from './china-time.ts';

/** An ISO 8601 duration: calendar months and an exact length are kept apart, since a month has no fixed length. */
export interface Duration {
  readonly months: number;
  readonly ms: number;
}

const DURATION =
  /^P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Reads `PT15M`, `P30D`, `P2W`, `P1Y6M`, `P1DT12H`. Whole, non-negative parts only. @throws InvalidTimeError */
export function parseDuration(text: string): Duration {
  const parts = DURATION.exec(text);
  if (parts === null) throw new InvalidTimeError('an ISO 8601 duration');
  const [years, months, weeks, days, hours, minutes, seconds] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const duration = {
    months: (years ?? 0) * 12 + (months ?? 0),
    ms:
      ((weeks ?? 0) * 7 + (days ?? 0)) * DAY_MS +
      ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000,
  };
  if (!Number.isSafeInteger(duration.ms) || !Number.isSafeInteger(duration.months)) {
    throw new InvalidTimeError('an ISO 8601 duration');
  }
  return duration;
}

export function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

/** Length in milliseconds; a day is 24 hours in China. @throws InvalidTimeError for months and years. */
export function durationMs(text: string): number {
  const { months, ms } = parseDuration(text);
  if (months !== 0) throw new InvalidTimeError('a duration without months and years');
  return ms;
}

/** The instant a duration after another, UTC ISO: months by the calendar of China (clamped), then the rest. */
export function instantAfter(instant: string | number, duration: string): string {
  const { months, ms } = parseDuration(duration);
  const start = epochMsOf(instant);
  const day = dayOf(start);
  const moved = months === 0 ? start : start + Date.parse(addMonths(day, months)) - Date.parse(day);
  return new Date(moved + ms).toISOString();
}
