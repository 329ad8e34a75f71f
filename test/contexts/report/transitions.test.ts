import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  CRITICAL_STATUSES,
  CRITICAL_TRANSITIONS,
  criticalBefore,
  isVisible,
  mayFollow,
  STATUSES,
  TRANSITIONS,
  WITH_RESULTS,
} from '../../../functions/report/transitions.ts';

it('the diagrams in the README are the tables that the writes go by', () => {
  const readme = readFileSync('functions/report/README.md', 'utf8');
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const told = [
    ...STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} ${to}`)),
    ...CRITICAL_STATUSES.flatMap((from) => CRITICAL_TRANSITIONS[from].map((to) => `${from} ${to}`)),
  ];
  expect(drawn.toSorted()).toEqual(told.toSorted());
});

it('a patient sees what is final or amended, a doctor what is preliminary too', () => {
  const seen = STATUSES.filter((status) => isVisible({ status }));
  expect(seen).toEqual(['FINAL', 'AMENDED']);
  expect([...WITH_RESULTS].toSorted()).toEqual(['AMENDED', 'FINAL', 'PRELIMINARY']);
});

it('what may follow and what comes before is read off the tables', () => {
  expect(mayFollow('FINAL', 'AMENDED')).toBe(true);
  expect(mayFollow('AMENDED', 'FINAL')).toBe(false);
  expect(criticalBefore('RESOLVED')).toEqual(['ACKNOWLEDGED']);
  expect(criticalBefore('NOTIFIED')).toEqual([]);
});
