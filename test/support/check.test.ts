import { describe, expect, it } from 'vitest';
import { tallyOf } from './check.ts';

const clean = {
  success: true,
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{}] }],
};

describe('the tally of a test run', () => {
  it('counts what passed', () => {
    expect(tallyOf(clean, 0)).toEqual({ passed: 12, failed: 0 });
  });

  it.each([
    ['a failed test', { numFailedTests: 2 }, 2],
    ['a skipped test', { numPendingTests: 1 }, 1],
    ['a test to be written', { numTodoTests: 1 }, 1],
    ['a file that does not load', { testResults: [{ status: 'failed', assertionResults: [] }] }, 1],
  ])('counts %s as failed', (_what, changes, failed) => {
    expect(tallyOf({ ...clean, ...changes }, 1)).toEqual({ passed: 12, failed });
  });

  it('does not pass over an error outside the tests, or a run that left no report', () => {
    expect(tallyOf(clean, 1)).toEqual({ passed: 12, failed: 1 });
    expect(tallyOf(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(tallyOf({}, 0)).toEqual({ passed: 0, failed: 1 });
  });
});
