import { describe, expect, it } from 'vitest';
import { placeDay, visitAfterDone, visitAt, visitStillToCome } from '../../../functions/followup/visits.ts';
import { workingCalendar } from '../../../shared/kernel/calendar.ts';
import { CALENDAR_YEARS } from '../../../shared/kernel/calendar-data.ts';
import { type Day, daysBetween } from '../../../shared/kernel/china-time.ts';
import { policyOf, templateNamed } from './policy-of.ts';

const ANCHOR: Day = '2026-01-05';
const windowOf = (template: string, index: number, anchor = ANCHOR) => {
  const { from, at, until } = visitAt(templateNamed(template), anchor, index) ?? {};
  return [from, at, until];
};
const weeks = (from: Day | undefined): number => Math.floor(daysBetween(ANCHOR, from ?? ANCHOR) / 7);

describe('the visits of', () => {
  it.each(['HYPERTENSION', 'DIABETES', 'MENTAL_DISORDER'])(
    '%s are four in every year from its opening',
    (name) => {
      const template = templateNamed(name);
      const days = Array.from({ length: 12 }, (_, index) => visitAt(template, ANCHOR, index)?.at ?? ANCHOR);
      const inYear = (year: number) =>
        days.filter((day) => Math.floor(daysBetween(ANCHOR, day) / 365) === year).length;
      expect([inYear(0), inYear(1), inYear(2)]).toEqual([4, 4, 4]);
    },
  );

  it('the elderly: one a year', () => {
    expect(windowOf('ELDERLY', 0)).toEqual(['2026-01-05', '2026-02-04', '2026-04-05']);
    expect(windowOf('ELDERLY', 1)[1]).toBe('2027-02-04');
  });

  it('tuberculosis: at home within 72 hours, then monthly, and no more than twelve', () => {
    expect(windowOf('TUBERCULOSIS', 0)).toEqual(['2026-01-05', '2026-01-07', '2026-01-08']);
    expect(windowOf('TUBERCULOSIS', 1)[1]).toBe('2026-02-05');
    expect(windowOf('TUBERCULOSIS', 12)[1]).toBe('2027-01-05');
    expect(windowOf('TUBERCULOSIS', 13)).toEqual([undefined, undefined, undefined]);
  });

  it('pregnancy: by week 13, in 16–20, 21–24, 28–36 and 37–40', () => {
    const windows = [0, 1, 2, 3, 4].map((index) => {
      const [from, , until] = windowOf('ANTENATAL', index);
      return [weeks(from), weeks(until)];
    });
    expect(windows).toEqual([
      [0, 13],
      [16, 20],
      [21, 24],
      [28, 36],
      [37, 40],
    ]);
    expect(windowOf('ANTENATAL', 5)[0]).toBeUndefined();
  });

  it('childbed: within 7 days, and at 42', () => {
    expect(windowOf('POSTNATAL', 0).slice(1)).toEqual(['2026-01-12', '2026-01-12']);
    expect(windowOf('POSTNATAL', 1)[1]).toBe('2026-02-16');
  });

  it('a child: first week, 28–30 days, then the months and years of the rule', () => {
    expect(windowOf('CHILD', 0)[2]).toBe('2026-01-12');
    expect(windowOf('CHILD', 1)).toEqual(['2026-02-02', '2026-02-02', '2026-02-04']);
    const rest = Array.from({ length: 11 }, (_, index) => windowOf('CHILD', index + 2)[1]);
    expect(rest).toEqual([
      '2026-04-05',
      '2026-07-05',
      '2026-09-05',
      '2027-01-05',
      '2027-07-05',
      '2028-01-05',
      '2028-07-05',
      '2029-01-05',
      '2030-01-05',
      '2031-01-05',
      '2032-01-05',
    ]);
    expect(windowOf('CHILD', 13)[0]).toBeUndefined();
  });

  it('somebody handed down: first within 14 days', () => {
    expect(windowOf('DOWN_REFERRAL', 0)).toEqual(['2026-01-06', '2026-01-19', '2026-01-19']);
  });
});

describe('what comes after a visit', () => {
  const template = templateNamed('HYPERTENSION');
  const first = visitAt(template, ANCHOR, 0);

  it('is the next on the grid when it was done in its window, however late in it', () => {
    expect(visitAfterDone(template, ANCHOR, 0, first?.from ?? ANCHOR)?.index).toBe(1);
    expect(visitAfterDone(template, ANCHOR, 0, first?.until ?? ANCHOR)?.index).toBe(1);
  });

  it('is the same one when something was answered before its window', () => {
    const second = visitAt(template, ANCHOR, 1);
    const before = (second?.from ?? ANCHOR) > '2026-03-01' ? '2026-03-01' : ANCHOR;
    expect(visitAfterDone(template, ANCHOR, 1, before)?.index).toBe(1);
  });

  it('is the first that can still be done when some were missed', () => {
    expect(visitStillToCome(template, ANCHOR, 0, '2026-11-30')?.index).toBe(4);
    expect(visitStillToCome(templateNamed('CHILD'), '2020-01-05', 0, '2026-03-06')?.index).toBe(12);
    expect(visitStillToCome(templateNamed('CHILD'), '2020-01-05', 0, '2026-03-07')).toBeUndefined();
  });
});

describe('the day', () => {
  const policy = policyOf();
  const place = (from: Day, at: Day, until: Day, today: Day = from, more = {}) =>
    placeDay({ ...policy, ...more }, { from, at, until }, today);

  it('is the working day on or after the one that is meant, inside the window', () => {
    expect(place('2026-03-02', '2026-03-07', '2026-03-20')).toEqual({ dueOn: '2026-03-09' });
    // Saturday 2026-02-14 is worked in exchange for Spring Festival.
    expect(place('2026-02-09', '2026-02-14', '2026-02-28')).toEqual({ dueOn: '2026-02-14' });
    expect(place('2026-02-09', '2026-02-16', '2026-02-28')).toEqual({ dueOn: '2026-02-24' });
  });

  it('is before it where the window ends: two weeks are not stretched', () => {
    expect(place('2026-03-02', '2026-03-08', '2026-03-08')).toEqual({ dueOn: '2026-03-06' });
  });

  it('stays where the window holds no working day, and never lies behind', () => {
    expect(place('2026-02-16', '2026-02-18', '2026-02-19')).toEqual({ dueOn: '2026-02-18' });
    expect(place('2026-03-02', '2026-03-04', '2026-03-20', '2026-03-10')).toEqual({ dueOn: '2026-03-10' });
  });

  it('of a year without a notice is a weekday, and says that it is provisional', () => {
    expect(place('2027-02-01', '2027-02-06', '2027-02-28')).toEqual({
      dueOn: '2027-02-08',
      provisional: true,
    });
    expect(() =>
      place('2027-02-01', '2027-02-06', '2027-02-28', '2027-02-01', { yearsWithoutNotice: 'REFUSE' }),
    ).toThrow('does not cover');
  });

  it('is placed by the notice once it is in', () => {
    // An invented year of a test: no notice for 2027 is known.
    const invented = {
      year: 2027,
      source: 'a test',
      holidays: [{ name: '春节', from: '2027-02-05', to: '2027-02-11' } as const],
      makeUpDays: [],
    };
    const calendar = workingCalendar([...CALENDAR_YEARS, invented], 'weekdays');
    const window = { from: '2027-02-01', at: '2027-02-06', until: '2027-02-28' } as const;
    expect(placeDay(policy, window, '2027-02-01', calendar)).toEqual({ dueOn: '2027-02-12' });
  });
});
