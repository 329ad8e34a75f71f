import chineseDays from 'chinese-days';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalendarNotCoveredError, chinaCalendar, workingCalendar } from '../../shared/kernel/calendar.ts';
import { CALENDAR_YEARS } from '../../shared/kernel/calendar-data.ts';
import { addDays, type Day, weekdayOf, yearOf } from '../../shared/kernel/china-time.ts';

const { addWorkingDays, holidayOn, isWorkingDay, previousWorkingDay, workingDaysBetween } = chinaCalendar;

function daysOf(from: Day, to: Day): Day[] {
  const days: Day[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

const allDays = daysOf('2024-01-01', '2026-12-31');
const coveredDay = fc.constantFrom(...daysOf('2024-06-01', '2026-06-30'));

describe('the working-day calendar', () => {
  it('agrees with chinese-days on every day of 2024, 2025 and 2026', () => {
    expect(allDays).toHaveLength(1096);
    expect(allDays.filter((day) => isWorkingDay(day) !== chineseDays.isWorkday(day))).toEqual([]);
  });

  // Weekdays of the year less its statutory days (11, since 2025 13): one on a weekend is made good by a
  // weekday off, so each costs exactly one weekday.
  it.each([
    [2024, 262 - 11],
    [2025, 261 - 13],
    [2026, 261 - 13],
  ])('counts in %i %i working days', (year, count) => {
    expect(allDays.filter((day) => yearOf(day) === year && isWorkingDay(day))).toHaveLength(count);
  });

  it.each(['2023-12-31', '2027-01-01', '2023-06-01', '2027-12-31'] as const)('throws on %s', (day) => {
    for (const ask of [
      () => isWorkingDay(day),
      () => holidayOn(day),
      () => addWorkingDays(day, 0),
      () => previousWorkingDay(day),
      () => workingDaysBetween(day, day),
    ]) {
      expect(ask).toThrow(CalendarNotCoveredError);
    }
  });

  it('throws when a count runs out of its years', () => {
    expect(() => addWorkingDays('2026-12-31', 1)).toThrow(CalendarNotCoveredError);
    expect(() => previousWorkingDay('2024-01-01')).toThrow(CalendarNotCoveredError);
    expect(() => workingDaysBetween('2026-12-30', '2027-01-04')).toThrow(CalendarNotCoveredError);
  });

  it.each([
    ['2025-01-28', '春节'],
    ['2025-05-02', '劳动节'],
    ['2026-10-07', '国庆节'],
    ['2026-10-08', undefined],
    ['2026-10-10', undefined],
    ['2026-10-11', undefined],
  ] as const)('%s belongs to %s', (day, name) => {
    expect(holidayOn(day)).toBe(name);
  });

  it.each([
    ['2026-09-30', 1, '2026-10-08'],
    ['2026-09-30', 2, '2026-10-09'],
    ['2026-09-30', 3, '2026-10-10'],
    ['2026-09-30', 4, '2026-10-12'],
    ['2026-10-08', -1, '2026-09-30'],
    ['2025-12-31', 1, '2026-01-04'],
    ['2026-02-13', 2, '2026-02-24'],
    ['2026-10-03', 0, '2026-10-03'],
    ['2026-10-03', 1, '2026-10-08'],
  ] as const)('%s plus %i working days is %s', (day, days, expected) => {
    expect(addWorkingDays(day, days)).toBe(expected);
  });

  it.each([
    ['2026-10-08', '2026-09-30'],
    ['2026-02-24', '2026-02-14'],
    ['2024-02-19', '2024-02-18'],
    ['2026-11-23', '2026-11-20'],
  ] as const)('the working day before %s is %s', (day, expected) => {
    expect(previousWorkingDay(day)).toBe(expected);
  });

  it('counts what it adds, in both directions', () => {
    fc.assert(
      fc.property(coveredDay, fc.integer({ min: 1, max: 100 }), (day, days) => {
        const [later, earlier] = [addWorkingDays(day, days), addWorkingDays(day, -days)];
        expect(workingDaysBetween(day, later)).toBe(days);
        expect(isWorkingDay(later) && isWorkingDay(earlier)).toBe(true);
        expect(workingDaysBetween(earlier, addDays(day, -1))).toBe(days - 1);
        expect(workingDaysBetween(later, day)).toBe(-days);
      }),
    );
  });

  it('refuses a fraction of a working day', () => {
    expect(() => addWorkingDays('2026-03-02', 0.5)).toThrow(RangeError);
  });

  it('takes a further year as soon as its notice is entered', () => {
    const with2027 = workingCalendar([
      ...CALENDAR_YEARS,
      {
        year: 2027,
        source: 'test',
        holidays: [{ name: '元旦', from: '2027-01-01', to: '2027-01-03' }],
        makeUpDays: [],
      },
    ]);
    expect(with2027.addWorkingDays('2026-12-31', 1)).toBe('2027-01-04');
  });
});

describe('the notices as entered', () => {
  it.each(CALENDAR_YEARS.map((year) => [year.year, year] as const))('%i is consistent', (year, entry) => {
    expect(entry.source).toMatch(
      /^国务院办公厅关于\d{4}年部分节假日安排的通知，国办发明电〔\d{4}〕\d+号，\d{4}-\d{2}-\d{2}$/,
    );
    const off = entry.holidays.flatMap(({ from, to }) => daysOf(from, to));
    expect(new Set(off).size).toBe(off.length);
    expect([...off, ...entry.makeUpDays].every((day) => yearOf(day) === year)).toBe(true);
    expect(entry.makeUpDays.filter((day) => weekdayOf(day) < 6 || off.includes(day))).toEqual([]);
  });
});
