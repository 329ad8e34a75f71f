import { describe, expect, it } from 'vitest';
import { criticalPolicy, recognitionPolicy, reportPolicy } from '../../../functions/report/policy.ts';
import type { Publication } from '../../../functions/report/publish-contracts.ts';
import type { Result } from '../../../functions/report/report-content.ts';
import { isCritical, keepUntilOf, releaseOf } from '../../../functions/report/rules.ts';
import { type CityName, cityNamed } from '../../support/city-policy.ts';

const TODAY = '2026-03-02';
const city = cityNamed('demo');
const policy = city.policy(reportPolicy).at(TODAY);
const critical = city.policy(criticalPolicy).at(TODAY);

const CITIES: readonly CityName[] = ['demo', 'pingdingshan', 'minhang', 'hechi'];

it.each(CITIES)('%s says for each number what it rests on, and how sure that is', (name) => {
  const one = cityNamed(name);
  const entries = [
    one.policy(reportPolicy).entries,
    one.policy(criticalPolicy).entries,
    one.policy(recognitionPolicy).entries,
  ].flat();
  for (const { source, mark } of entries) {
    expect(source).toMatch(/\p{Script=Han}{6}/u);
    expect(mark).toMatch(/^[VRD]$/);
  }
});

describe('a value at its limit', () => {
  const beyond = (code: string, unit: string, value: number): boolean => {
    const results = [{ code, name: code, value, unit }] as Result[];
    return isCritical(critical, policy.units, { status: 'FINAL', results });
  };

  it.each(critical.limits.map((limit) => [limit.name, limit] as const))(
    'of %s is not critical, and is beyond it',
    (_, { code, unit, low, high }) => {
      const step = 0.01;
      if (low !== undefined)
        expect([beyond(code, unit, low), beyond(code, unit, low - step)]).toEqual([false, true]);
      if (high !== undefined)
        expect([beyond(code, unit, high), beyond(code, unit, high + step)]).toEqual([false, true]);
    },
  );

  it.each([
    ['GLU', 'mg/dL', 400, 401],
    ['HGB', 'g/dL', 20, 20.1],
    ['CREA', 'mg/dL', 7.35, 7.36],
  ])('of %s in %s is compared in the unit of the limit', (code, unit, inside, outside) => {
    expect([beyond(code, unit, inside), beyond(code, unit, outside)]).toEqual([false, true]);
  });
});

describe('a report is kept', () => {
  it.each([
    ['OUTPATIENT', '2026-03-01T01:00:00.000Z', '2041-03-01'],
    ['EMERGENCY', '2026-03-01T01:00:00.000Z', '2041-03-01'],
    ['CHECK_UP', '2026-03-01T01:00:00.000Z', '2041-03-01'],
    ['INPATIENT', '2026-03-01T01:00:00.000Z', '2056-03-01'],
    ['OUTPATIENT', '2024-02-29T01:00:00.000Z', '2039-02-28'],
    // Past midnight in China.
    ['OUTPATIENT', '2026-02-28T16:00:00.000Z', '2041-03-01'],
    ['OUTPATIENT', '2026-02-28T15:59:59.999Z', '2041-02-28'],
  ] as const)('when it was %s at %s, until %s', (setting, effectiveAt, until) => {
    expect(keepUntilOf(policy, { setting, effectiveAt })).toBe(until);
  });
});

describe('what is released in person', () => {
  const open = (more: Partial<Publication>) =>
    releaseOf(policy, {
      category: undefined,
      examination: { code: 'CBC', name: '血常规' },
      results: [],
      ...more,
    });

  it.each(policy.sensitive.flatMap(({ shown, codes }) => codes.map((code) => [code, shown] as const)))(
    'is known by the code %s, of the examination or of a value: %s',
    (code, shown) => {
      expect(open({ examination: { code, name: code } })).toBe(shown);
      expect(open({ results: [{ code, name: code, value: 1 }] })).toBe(shown);
      expect(open({ examination: { code: `${code}-OTHER`, name: code } })).toBe('OPEN');
    },
  );

  it('is what the sender calls so, and of two categories the stricter counts', () => {
    for (const { category, shown } of policy.sensitive) expect(open({ category })).toBe(shown);
    expect(open({ category: 'STI', examination: { code: 'HIV-AB', name: '抗体' } })).toBe('HIDDEN');
    expect(
      releaseOf(
        { sensitive: [] },
        { category: 'GENETICS', examination: { code: 'X', name: 'x' }, results: [] },
      ),
    ).toBe('AT_COUNTER');
  });
});

it('recognises everything inside an alliance from 2026 on, and before only what is listed', () => {
  const dated = city.policy(recognitionPolicy);
  expect([dated.at('2025-12-31').allianceDays, dated.at('2026-01-01').allianceDays]).toEqual([
    undefined,
    expect.objectContaining({ LABORATORY: 7 }),
  ]);
  expect(Object.keys(dated.at(TODAY).repeatReasons)).toHaveLength(6);
});
