import { describe, expect, test } from 'vitest';
import { recordFrom, withEntry } from '../../../functions/booking/patient-record.ts';
import {
  packEntry,
  type RecordEntry,
  requestMark,
  unpackEntry,
} from '../../../functions/booking/record-entry.ts';
import { keptUntil } from '../../../functions/booking/record-retention.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { policyValues } from './policy-values.ts';
import { ruleSets } from './rule-sets.ts';

const entry: RecordEntry = {
  day: '2026-03-06',
  half: 'A',
  practitionerId: 'doctor1',
  institutionId: 'jx-hospital',
  departmentId: 'cardiology',
  state: 'A',
  request: requestMark('request-1'),
};
const ended = { ...entry, endedOn: '2026-03-02' } as const;

describe('an entry', () => {
  test.each([
    entry,
    { ...ended, state: 'C' as const },
    { ...ended, state: 'C' as const, sameDayRefund: true },
    { ...ended, state: 'N' as const },
    { ...ended, state: 'X' as const, practitionerId: 'doc_with-signs' },
  ])('is unpacked as it was packed: $state', (one) => {
    const id = `20260306A-${one.practitionerId}_12001`;
    expect(unpackEntry(id, packEntry(one))).toEqual(one);
  });

  test('is refused where it was not packed here', () => {
    expect(() => unpackEntry('20260306A-doctor1_1', 'Z|a|b|c|')).toThrow('not an entry');
    expect(() => unpackEntry('20260306A-doctor1_1', 'A|a|b|c')).toThrow('not an entry');
    expect(() => unpackEntry('friday', packEntry(entry))).toThrow('not the id');
  });
});

describe('is kept as long as a rule may ask for it, and no longer', () => {
  test.each([
    // Nothing asks: a visit is kept until a tick that is late by a week has closed it.
    ['no rule', 'A', '2026-03-13', policyValues],
    ['no rule', 'N', '2026-03-06', policyValues],
    ['no rule', 'C', '2026-03-06', policyValues],
    ['three months of beijing', 'A', '2026-06-06', ruleSets.beijing],
    ['three months of beijing', 'N', '2026-06-06', ruleSets.beijing],
    ['three months of beijing', 'C', '2026-03-06', ruleSets.beijing],
    ['three months of beijing', 'X', '2026-03-06', ruleSets.beijing],
    ['the year of shhospital', 'N', '2026-12-31', ruleSets.shhospital],
    ['twelve months of jklj', 'N', '2027-03-06', ruleSets.jklj],
    ['the month of jklj', 'C', '2026-03-31', ruleSets.jklj],
    ['the month of jklj', 'X', '2026-03-06', ruleSets.jklj],
  ] as const)('under %s an entry %s until %s', (_, state, until, policy) => {
    expect(keptUntil(policy, { ...(state === 'A' ? entry : ended), state })).toBe(until);
  });

  test('the last day counts, the next does not', () => {
    const id = '20260306A-doctor1_1';
    const other = ['20260801A-doctor1_1', { ...entry, day: '2026-08-01' }] as const;
    const record = { version: 1, entries: { [id]: entry }, bans: [] };
    const until = keptUntil(ruleSets.beijing, entry);
    expect(Object.keys(withEntry(ruleSets.beijing, record, other, until).entries)).toEqual([id, other[0]]);
    expect(Object.keys(withEntry(ruleSets.beijing, record, other, addDays(until, 1)).entries)).toEqual([
      other[0],
    ]);
  });

  test('a ban is kept through its last day', () => {
    const ban = { rule: 'no-shows', from: '2026-02-01', until: '2026-03-06', cause: 'x' } as const;
    const record = { ...recordFrom(undefined), bans: [ban] };
    const one = ['20260801A-doctor1_1', { ...entry, day: '2026-08-01' }] as const;
    expect(withEntry(policyValues, record, one, '2026-03-06').bans).toEqual([ban]);
    expect(withEntry(policyValues, record, one, '2026-03-07').bans).toEqual([]);
  });
});

test('a request is known again by its mark, and another is not', () => {
  expect(requestMark('request-1')).toBe(requestMark('request-1'));
  expect(requestMark('request-1')).not.toBe(requestMark('request-2'));
  expect(requestMark('x'.repeat(64))).toHaveLength(8);
});
