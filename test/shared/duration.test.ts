import { describe, expect, it } from 'vitest';
import { InvalidTimeError } from '../../shared/kernel/china-time.ts';
import { durationMs, instantAfter, isDuration, parseDuration } from '../../shared/kernel/duration.ts';
import { daySchema, durationSchema, fenSchema, hourMinuteSchema } from '../../shared/kernel/schemas.ts';

describe('an ISO 8601 duration', () => {
  it.each([
    ['PT15M', 900_000],
    ['P30D', 30 * 86_400_000],
    ['P2W', 14 * 86_400_000],
    ['P1DT12H', 36 * 3_600_000],
    ['PT0S', 0],
    ['PT90S', 90_000],
  ])('%s lasts %i ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it('keeps months apart from the exact part', () => {
    expect(parseDuration('P1Y6M2DT1H')).toEqual({ months: 18, ms: 2 * 86_400_000 + 3_600_000 });
  });

  it.each(['P', 'PT', '15M', 'P1.5D', 'P-1D', 'P1H', 'PT1D', 'P1M2Y', '', 'PT15m', `P${'9'.repeat(30)}D`])(
    'refuses %s',
    (text) => {
      expect(isDuration(text)).toBe(false);
      expect(() => durationMs(text)).toThrow(InvalidTimeError);
    },
  );

  it('has no length in milliseconds when it counts months', () => {
    expect(() => durationMs('P1M')).toThrow(InvalidTimeError);
    expect(isDuration('P1M')).toBe(true);
  });

  it.each([
    ['2026-01-30T16:30:00.000Z', 'P1M', '2026-02-27T16:30:00.000Z'],
    ['2026-01-01T00:00:00.000Z', 'PT15M', '2026-01-01T00:15:00.000Z'],
    ['2026-02-27T16:00:00.000Z', 'P1D', '2026-02-28T16:00:00.000Z'],
    ['2024-02-28T20:00:00.000Z', 'P1Y', '2025-02-27T20:00:00.000Z'],
  ])('%s plus %s is %s, months counted in China', (from, duration, to) => {
    expect(instantAfter(from, duration)).toBe(to);
  });
});

describe('the schemas of days, times and money', () => {
  it.each([
    [daySchema, '2024-02-29', '2023-02-29'],
    [daySchema, '1900-01-01', '1899-12-31'],
    [daySchema, '2199-12-31', '2200-01-01'],
    [hourMinuteSchema, '23:59', '24:00'],
    [durationSchema, 'P30D', 'P1H'],
    [fenSchema, 1250, 12.5],
  ])('take a good value and refuse a bad one', (schema, good, bad) => {
    expect(schema.safeParse(good).success).toBe(true);
    expect(schema.safeParse(bad).success).toBe(false);
  });
});
