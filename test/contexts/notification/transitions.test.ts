import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ENDED,
  isEnded,
  STATUSES,
  statesBefore,
  TRANSITIONS,
} from '../../../functions/notification/transitions.ts';

test('the diagram in the README is the table that the writes go by', () => {
  const readme = readFileSync('functions/notification/README.md', 'utf8');
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const told = STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} ${to}`));
  expect(drawn.toSorted()).toEqual(told.toSorted());
});

test('only what waits can begin a try, and nothing comes back from an end', () => {
  expect(statesBefore('SENDING')).toEqual(['WAITING']);
  expect(statesBefore('CALLING')).toEqual(['PHONE']);
  expect(statesBefore('REACHED')).toEqual(['CALLING']);
  const ended = STATUSES.filter((status) => isEnded({ status }));
  expect(ended).toEqual(ENDED);
  expect(ended.toSorted()).toEqual([
    'FAILED',
    'LAPSED',
    'REACHED',
    'SENT',
    'SWITCHED_OFF',
    'UNANSWERED',
    'UNREACHED',
    'WITHDRAWN',
  ]);
});
