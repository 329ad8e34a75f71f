import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  ageOn,
  dayOf,
  daysBetween,
  InvalidTimeError,
  instantAt,
  isDay,
  minutesOf,
  parseDay,
  startOfMonth,
  startOfYear,
  timeOf,
  weekdayOf,
  yearOf,
} from '../../shared/kernel/china-time.ts';

const someDay = fc.integer({ min: -30_000, max: 60_000 }).map((ordinal) => addDays('1970-01-01', ordinal));

describe('a day in China', () => {
  it.each([
    ['2026-03-01T15:59:59.999Z', '2026-03-01', '23:59'],
    ['2026-03-01T16:00:00.000Z', '2026-03-02', '00:00'],
    ['2026-03-02T00:00:00+08:00', '2026-03-02', '00:00'],
    ['2025-12-31T16:00:00Z', '2026-01-01', '00:00'],
    ['2024-02-28T16:00:00Z', '2024-02-29', '00:00'],
    ['1969-12-31T15:59:00Z', '1969-12-31', '23:59'],
    ['2026-07-01T04:30:59Z', '2026-07-01', '12:30'],
  ])('%s is %s at %s', (instant, day, time) => {
    expect(dayOf(instant)).toBe(day);
    expect(dayOf(Date.parse(instant))).toBe(day);
    expect(timeOf(instant)).toBe(time);
  });

  it.each([
    ['2026-03-02', '00:00', '2026-03-01T16:00:00.000Z'],
    ['2026-03-02', '08:00', '2026-03-02T00:00:00.000Z'],
    ['2026-03-02', '23:59', '2026-03-02T15:59:00.000Z'],
  ] as const)('%s %s is the instant %s', (day, time, instant) => {
    expect(instantAt(day, time)).toBe(instant);
  });

  it('agrees with the time zone database on every hour of two years', () => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });
    const [from, to] = [Date.parse('2024-01-01T00:00:00Z'), Date.parse('2026-01-01T00:00:00Z')];
    const differing: number[] = [];
    for (let at = from; at < to; at += 3_600_000) if (dayOf(at) !== format.format(at)) differing.push(at);
    expect(differing).toEqual([]);
  });

  it('returns to the same day and minute through an instant', () => {
    fc.assert(
      fc.property(someDay, fc.integer({ min: 0, max: 1439 }), (day, minutes) => {
        const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
        const instant = instantAt(day, time);
        expect([dayOf(instant), timeOf(instant), minutesOf(time)]).toEqual([day, time, minutes]);
      }),
    );
  });

  it.each(['2026-03-02T08:00:00', '2026-03-02', 'yesterday', Number.NaN])(
    'refuses %s as an instant',
    (text) => {
      expect(() => dayOf(text)).toThrow(InvalidTimeError);
    },
  );
});

describe('which days exist', () => {
  it.each(['2024-02-29', '2000-02-29', '2026-12-31', '1800-01-01'])('%s does', (day) => {
    expect(isDay(day)).toBe(true);
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-1-1',
    '0000-01-01',
    '2026-01-01T00:00',
    '20260101',
    '',
  ])('%s does not', (text) => {
    expect(isDay(text)).toBe(false);
    expect(() => parseDay(text)).toThrow(InvalidTimeError);
  });

  it('keeps the refused text out of the error', () => {
    expect(() => parseDay('张三')).toThrow(/^not a day YYYY-MM-DD$/);
  });
});

describe('reckoning with days', () => {
  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2024-02-28', 2, '2024-03-01'],
    ['2025-02-28', 1, '2025-03-01'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2026-03-01', 0, '2026-03-01'],
    ['2026-01-01', 365, '2027-01-01'],
  ] as const)('%s plus %i days is %s', (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected);
    expect(daysBetween(day, expected)).toBe(days);
  });

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-01-15', -13, '2024-12-15'],
    ['2026-10-31', 3, '2027-01-31'],
    ['2026-05-31', 1, '2026-06-30'],
  ] as const)('%s plus %i months is %s', (day, months, expected) => {
    expect(addMonths(day, months)).toBe(expected);
  });

  it('undoes an addition of days', () => {
    fc.assert(
      fc.property(someDay, fc.integer({ min: -20_000, max: 20_000 }), (day, days) => {
        expect(addDays(addDays(day, days), -days)).toBe(day);
        expect(daysBetween(day, addDays(day, days))).toBe(days);
        expect(isDay(addDays(day, days))).toBe(true);
      }),
    );
  });

  it.each([
    ['2026-11-23', 1],
    ['2026-11-22', 7],
    ['1970-01-01', 4],
    ['1969-12-28', 7],
    ['2024-02-29', 4],
  ] as const)('%s is weekday %i', (day, weekday) => {
    expect(weekdayOf(day)).toBe(weekday);
  });

  it('moves on by one weekday with each day', () => {
    fc.assert(fc.property(someDay, (day) => weekdayOf(addDays(day, 1)) === (weekdayOf(day) % 7) + 1));
  });

  it('finds the first of the month and of the year', () => {
    expect(startOfMonth('2024-02-29')).toBe('2024-02-01');
    expect(startOfYear('2024-02-29')).toBe('2024-01-01');
    expect(yearOf('2024-02-29')).toBe(2024);
  });

  it.each(['24:00', '8:00', '08:60', '0800', '-1:00', ''])('refuses %s as a time of day', (text) => {
    expect(() => minutesOf(text)).toThrow(InvalidTimeError);
  });
});

describe('age in full years', () => {
  it.each([
    ['2012-06-15', '2026-06-14', 13],
    ['2012-06-15', '2026-06-15', 14],
    ['2012-02-29', '2026-02-28', 13],
    ['2012-02-29', '2026-03-01', 14],
    ['2012-02-29', '2024-02-29', 12],
    ['2026-06-15', '2026-06-15', 0],
    ['1949-12-31', '2026-01-01', 76],
  ] as const)('one born %s is on %s aged %i', (born, day, age) => {
    expect(ageOn(born, day)).toBe(age);
  });

  it('refuses a day before the birth', () => {
    expect(() => ageOn('2026-06-15', '2026-06-14')).toThrow(InvalidTimeError);
  });
});
