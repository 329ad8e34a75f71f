import { describe, expect, it } from 'vitest';
import { recognitionPolicy, reportPolicy } from '../../../functions/report/policy.ts';
import type { Publication } from '../../../functions/report/publish-contracts.ts';
import { keepUntilOf, releaseOf } from '../../../functions/report/rules.ts';
import { cityNamed } from '../../support/city-policy.ts';

const TODAY = '2026-03-02';
const city = cityNamed('demo');
const policy = city.policy(reportPolicy).at(TODAY);

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
