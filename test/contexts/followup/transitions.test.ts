import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  PLAN_STATUSES,
  PLAN_TRANSITIONS,
  TASK_STATUSES,
  TASK_TRANSITIONS,
} from '../../../functions/followup/transitions.ts';

test('the diagrams in the README are the tables that the writes go by', () => {
  const readme = readFileSync('functions/followup/README.md', 'utf8');
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const told = [
    ...TASK_STATUSES.flatMap((from) => TASK_TRANSITIONS[from].map((to) => `${from} ${to}`)),
    ...PLAN_STATUSES.flatMap((from) => PLAN_TRANSITIONS[from].map((to) => `${from} ${to}`)),
  ];
  expect(drawn.toSorted()).toEqual(told.toSorted());
});
