import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  REFUND_MOVES,
  refundsBefore,
  SETTLEMENT_MOVES,
  settlementsBefore,
} from '../../../functions/payment/transitions.ts';
import { CHARGE_LOCK_MOVES } from '../../../shared/charges/charge-lock.ts';

const readme = readFileSync(new URL('../../../functions/payment/README.md', import.meta.url), 'utf8');

/** The lines of the diagram below a heading. */
function drawn(heading: string): readonly string[] {
  const [, rest = ''] = readme.split(`## ${heading}\n`);
  const [, diagram = ''] = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(rest) ?? [];
  return diagram
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .toSorted();
}

function movesOf(table: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(table).flatMap(([from, tos]) => tos.map((to) => `${from} --> ${to}`));
}

const begin = (...states: readonly string[]) => states.map((state) => `[*] --> ${state}`);
const end = (...states: readonly string[]) => states.map((state) => `${state} --> [*]`);

describe('P4: the README draws', () => {
  test('the moves of a settlement', () => {
    const expected = [...begin('PENDING', 'PAID'), ...movesOf(SETTLEMENT_MOVES), ...end('PAID')];
    expect(drawn('A settlement')).toEqual(expected.toSorted());
  });

  test('the moves of a refund', () => {
    const expected = [...begin('REQUESTED'), ...movesOf(REFUND_MOVES), ...end('SUCCESS', 'REPLACED')];
    expect(drawn('A refund')).toEqual(expected.toSorted());
  });

  test('the moves of a charge’s lock', () => {
    const moves = Object.entries(CHARGE_LOCK_MOVES).flatMap(([to, froms]) =>
      froms.map((from) => `${from} --> ${to}`),
    );
    const expected = [...begin('OPEN'), ...moves, ...end('WITHDRAWN', 'REFUNDED')];
    expect(drawn("A charge's lock")).toEqual(expected.toSorted());
  });
});

test('P4: what has ended is left by no move', () => {
  expect(SETTLEMENT_MOVES.PAID).toEqual([]);
  expect([REFUND_MOVES.SUCCESS, REFUND_MOVES.REPLACED]).toEqual([[], []]);
});

test('P4: what may come before a state is read off the table', () => {
  expect(settlementsBefore('PAID')).toEqual(['PENDING', 'CLOSING', 'CLOSED']);
  expect(refundsBefore('SUCCESS')).toEqual(['REQUESTED', 'PROCESSING', 'ABNORMAL']);
});
