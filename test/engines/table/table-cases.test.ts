import { describe, expect, it } from 'vitest';
import { READS, REFUSED, TRANSACTIONS, WRITES } from './capacity-cases.ts';
import { CHANGE_CASES } from './change-cases.ts';
import { CLAUSES, NAMES } from './condition-cases.ts';
import { INVALID_CASES } from './invalid-cases.ts';
import { QUERY_CASES } from './query-cases.ts';
import { said } from './targets.ts';

/** What each target is held to, apart from the cases written out by hand. */
const CASES = {
  conditions: CLAUSES.flatMap(({ clause }) => NAMES.map((name) => said([clause, name]))),
  changes: CHANGE_CASES.map(({ before, changes }) => said([before, changes])),
  queries: QUERY_CASES.map(({ spec }) => said(spec)),
  refusals: INVALID_CASES.map(({ what }) => what),
  capacity: [...WRITES, ...REFUSED, ...READS, ...TRANSACTIONS].map(({ what }, at) => `${at} ${what}`),
};

describe('the conformance cases', () => {
  it.each(Object.entries(CASES))('on %s are all different', (_name, cases) => {
    expect(cases.length).toBe(new Set(cases).size);
  });
  it('are more than a thousand, of which less than three quarters are about conditions', () => {
    const total = Object.values(CASES).flat().length;
    expect(total).toBeGreaterThan(1_000);
    expect(CASES.conditions.length / total).toBeLessThan(0.75);
  });
});
