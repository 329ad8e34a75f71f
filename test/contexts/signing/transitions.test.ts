import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ENDED,
  IN_FORCE,
  isEnded,
  isInForce,
  isPending,
  PENDING,
  STATUSES,
  statesBefore,
  TRANSITIONS,
} from '../../../functions/signing/transitions.ts';

test('the diagram in the README is the table that the writes go by', () => {
  const readme = readFileSync('functions/signing/README.md', 'utf8');
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const told = STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} ${to}`));
  expect(drawn.toSorted()).toEqual(told.toSorted());
});

test('a signing is either applied for, in force or ended', () => {
  expect([...PENDING, ...IN_FORCE, ...ENDED].toSorted()).toEqual([...STATUSES].toSorted());
  const those = (is: (standing: { status: (typeof STATUSES)[number] }) => boolean) =>
    STATUSES.filter((status) => is({ status })).toSorted();
  expect(those(isPending)).toEqual(PENDING.toSorted());
  expect(those(isInForce)).toEqual(IN_FORCE.toSorted());
  expect(those(isEnded)).toEqual(ENDED.toSorted());
  expect(statesBefore('RENEWAL_PAYING')).toEqual(['RENEWAL']);
  expect(statesBefore('TEAM_REVIEW')).toEqual([]);
});
