import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  CRITICAL_STATUSES,
  CRITICAL_TRANSITIONS,
  STATUSES,
  TRANSITIONS,
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
