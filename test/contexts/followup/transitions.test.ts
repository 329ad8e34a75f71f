import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  isOpen,
  OPEN_TASKS,
  PLAN_STATUSES,
  PLAN_TRANSITIONS,
  plansBefore,
  TASK_STATUSES,
  TASK_TRANSITIONS,
  tasksBefore,
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

test('what comes before a state and what is still to be done is read off the tables', () => {
  expect(tasksBefore('LOST')).toEqual(['OVERDUE']);
  expect(tasksBefore('OVERDUE')).toEqual(['REMINDED']);
  expect(plansBefore('ACTIVE')).toEqual(['PROPOSED', 'PAUSED']);
  expect(plansBefore('PROPOSED')).toEqual([]);
  const ended = TASK_STATUSES.filter((status) => !isOpen({ status }));
  expect(ended).toEqual(['DONE', 'LOST', 'CANCELLED', 'DECEASED']);
  expect([...OPEN_TASKS, ...ended].toSorted()).toEqual(TASK_STATUSES.toSorted());
});
