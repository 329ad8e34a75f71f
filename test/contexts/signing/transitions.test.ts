import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ENDED, IN_FORCE, PENDING, STATUSES, TRANSITIONS } from '../../../functions/signing/transitions.ts';

test('the diagram in the README is the table that the writes go by', () => {
  const readme = readFileSync('functions/signing/README.md', 'utf8');
  const drawn = [...readme.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const told = STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} ${to}`));
  expect(drawn.toSorted()).toEqual(told.toSorted());
});

test('a signing is either applied for, in force or ended', () => {
  expect([...PENDING, ...IN_FORCE, ...ENDED].toSorted()).toEqual([...STATUSES].toSorted());
});
