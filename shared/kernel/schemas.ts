import * as z from 'zod/mini';
import { type Day, type HourMinute, isDay } from './china-time.ts';
import { isDuration } from './duration.ts';

/**
 * A real day `YYYY-MM-DD` of the years 1900 to 2199, typed `Day`. Days are counted on from what is taken in: none may
 * leave the four digits of a year.
 */
export const daySchema = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}$/),
  z.refine((text) => isDay(text) && text >= '1900' && text < '2200', 'not a day of the calendar'),
  // The cast states what the two checks prove; a transform would lose the JSON schema.
) as unknown as z.ZodMiniType<Day, string>;

/** `HH:mm`, 00:00–23:59. */
export const hourMinuteSchema = z
  .string()
  .check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/)) as unknown as z.ZodMiniType<HourMinute, string>;

/** A UTC ISO instant, as `instant(clock)` writes it. */
export const instantSchema = z.iso.datetime();

/** An ISO 8601 duration such as `PT15M` or `P30D`. */
export const durationSchema = z
  .string()
  .check(z.regex(/^P[\dYMWDTHS]+$/), z.refine(isDuration, 'not an ISO 8601 duration'));

/** Integer fen, zero or more. */
export const fenSchema = z.int().check(z.nonnegative());
