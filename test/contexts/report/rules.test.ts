import { describe, expect, it } from 'vitest';
import type { Publication } from '../../../functions/report/publish-contracts.ts';
import type { Result } from '../../../functions/report/report-content.ts';
import { factorBetween, isAbnormal, isCritical, scaled, verdictOf } from '../../../functions/report/rules.ts';

const result = (more: Partial<Result>): Result => ({ code: 'K', name: '钾', ...more }) as Result;

describe('a report is abnormal', () => {
  it.each<[string, Partial<Result>, boolean]>([
    ['below its band', { value: 3.4, low: 3.5, high: 5.5 }, true],
    ['at the lower end', { value: 3.5, low: 3.5, high: 5.5 }, false],
    ['at the upper end', { value: 5.5, low: 3.5, high: 5.5 }, false],
    ['above its band', { value: 5.6, low: 3.5, high: 5.5 }, true],
    ['below a band without an upper end', { value: 3.4, low: 3.5 }, true],
    ['above a band without a lower end', { value: 5.6, high: 5.5 }, true],
    ['without a band', { value: 9 }, false],
    ['in words', { value: '阳性', low: 1, high: 2 }, false],
    ['in words that look like a number', { value: '9', low: 1, high: 2 }, false],
    [
      'where the sender says so of a value in its band',
      { value: 4, low: 3.5, high: 5.5, flag: 'HIGH' },
      true,
    ],
    [
      'where the sender says no of a value beyond it',
      { value: 9, low: 3.5, high: 5.5, flag: 'NORMAL' },
      false,
    ],
  ])('%s', (_what, more, abnormal) => {
    expect(isAbnormal([result(more)])).toBe(abnormal);
  });

  it('if one of its values is, and not if it has none', () => {
    const normal = result({ value: 4, low: 3.5, high: 5.5 });
    expect(isAbnormal([normal, result({ value: 6, high: 5.5 })])).toBe(true);
    expect(isAbnormal([normal, normal])).toBe(false);
    expect(isAbnormal([])).toBe(false);
  });
});

describe('a value is critical', () => {
  const units = [{ code: 'GLU', unit: 'mmol/L', others: [{ unit: 'mg/dL', factor: 0.0555 }] }] as never;
  const limits = [{ code: 'GLU', unit: 'mmol/L', low: 2.8, high: 22.2 }] as never;
  const of = (...results: readonly Partial<Result>[]): boolean =>
    isCritical({ limits }, units, { status: 'FINAL', results: results.map(result) } as never);

  it('as its sender says, whichever way', () => {
    expect(of({ flag: 'CRITICAL_LOW' })).toBe(true);
    expect(of({ flag: 'CRITICAL_HIGH' })).toBe(true);
    expect(of({ flag: 'HIGH' })).toBe(false);
    expect(of({ flag: 'NORMAL' }, { flag: 'CRITICAL_LOW' })).toBe(true);
  });

  it('beyond the city’s limits, in a unit that can be compared', () => {
    const glucose = (value: number, unit?: string) =>
      of({ code: 'GLU', value, ...(unit === undefined ? {} : { unit }) });
    expect([2.7, 2.8, 22.2, 22.3].map((value) => glucose(value, 'mmol/L'))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([50, 51, 400, 401].map((value) => glucose(value, 'mg/dL'))).toEqual([true, false, false, true]);
    expect(glucose(1, 'g/L')).toBe(false);
    expect(glucose(1)).toBe(false);
    expect(of({ code: 'GLU', value: '低', unit: 'mmol/L' })).toBe(false);
    expect(of({ code: 'ELSE', value: 1, unit: 'mmol/L' })).toBe(false);
  });

  it.each([
    ['>33.3', 'mmol/L', true],
    ['≥ 33.3', 'mmol/L', true],
    ['>600', 'mg/dL', true],
    ['<1.1', 'mmol/L', true],
    ['＜1.1', 'mmol/L', true],
    ['>22.25', 'mmol/L', true],
    ['约<1.1', 'mmol/L', false],
    // It may be anything above, or below.
    ['>1.1', 'mmol/L', false],
    ['<=33.3', 'mmol/L', false],
    ['<1:80', 'mmol/L', false],
    ['33.3', 'mmol/L', false],
  ])('as a device says what it cannot measure: %s %s', (value, unit, critical) => {
    expect(of({ code: 'GLU', value, unit })).toBe(critical);
  });

  it('without a unit, where its limit has none either', () => {
    const ratio = [{ code: 'INR', unit: '1', high: 5 }] as never;
    const inr = (value: number, more = {}) =>
      isCritical({ limits: ratio }, units, {
        status: 'FINAL',
        results: [result({ code: 'INR', value, ...more })],
      } as never);
    expect([inr(5), inr(5.1), inr(5.1, { unit: '1' }), inr(5.1, { unit: '%' })]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('with one limit only, beyond that one', () => {
    const one = (limit: object, value: number): boolean =>
      isCritical({ limits: [{ code: 'K', unit: 'mmol/L', ...limit }] as never }, units, {
        status: 'FINAL',
        results: [result({ value, unit: 'mmol/L' })],
      } as never);
    expect([one({ low: 2.5 }, 2.4), one({ low: 2.5 }, 99)]).toEqual([true, false]);
    expect([one({ high: 6.5 }, 6.6), one({ high: 6.5 }, 0)]).toEqual([true, false]);
  });

  it('not before there are results', () => {
    const results = [result({ flag: 'CRITICAL_LOW' })];
    const in_ = (status: string) => isCritical({ limits }, units, { status, results } as never);
    expect(['ORDERED', 'COLLECTED', 'CANCELLED'].map(in_)).toEqual([false, false, false]);
    expect(['PRELIMINARY', 'FINAL', 'AMENDED'].map(in_)).toEqual([true, true, true]);
  });

  it('by units that are known both ways, to six digits', () => {
    const between = (from: string, to: string) => factorBetween(units, { code: 'GLU', from, to });
    expect(between('mg/dL', 'mmol/L')).toBe(0.0555);
    expect(between('mmol/L', 'mg/dL')).toBeCloseTo(1 / 0.0555);
    expect(between('mg/dL', 'mg/dL')).toBe(1);
    expect([between('mg/dL', 'g/L'), between('g/L', 'mg/dL')]).toEqual([undefined, undefined]);
    expect(factorBetween(units, { code: 'K', from: 'mg/dL', to: 'mmol/L' })).toBeUndefined();
    expect([scaled(1.23456789, 1), scaled(1.23456789, 10)]).toEqual([1.23456789, 12.3457]);
  });
});

describe('what is published', () => {
  const given = (version: number, status = 'FINAL') => ({ version, status }) as unknown as Publication;

  it('is judged by the version that stands, and by the very version as it was kept', () => {
    const seen = { version: 3, status: 'FINAL' } as const;
    expect(verdictOf(given(1), undefined, undefined)).toBe('FIRST');
    expect(verdictOf(given(3), seen, given(3))).toBe('REPEATED');
    expect(verdictOf(given(3), seen, given(3, 'AMENDED'))).toBe('CONFLICT');
    expect(verdictOf(given(2, 'AMENDED'), seen, undefined)).toBe('OLDER');
    expect(verdictOf(given(3, 'AMENDED'), seen, undefined)).toBe('NEWER');
    expect(verdictOf(given(4, 'AMENDED'), seen, undefined)).toBe('NEWER');
    expect(verdictOf(given(4, 'PRELIMINARY'), seen, undefined)).toBe('WRONG_STATE');
    expect(verdictOf(given(3), { ...seen, version: 1_000_000 }, undefined)).toBe('OLDER');
    expect(verdictOf(given(3), { ...seen, version: 1_000_001 }, undefined)).toBe('MIXED');
  });
});
