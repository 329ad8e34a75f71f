import { describe, expect, test } from 'vitest';
import type { PatientRecord } from '../../../functions/booking/patient-record.ts';
import { mostInWindow } from '../../../functions/booking/periods.ts';
import { type BookingPolicy, bookingPolicy, type LimitRule } from '../../../functions/booking/policy.ts';
import type { RecordEntry } from '../../../functions/booking/record-entry.ts';
import { type BookingQuestion, judgeBooking } from '../../../functions/booking/rules.ts';
import type { ScheduleDetail } from '../../../functions/booking/store.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';
import { policyValues } from './policy-values.ts';

const DAY: Day = '2026-03-16';
const OPENS = {
  PUBLIC: '2026-03-08T23:00:00.000Z',
  COMMUNITY: '2026-03-03T23:00:00.000Z',
  REFERRAL: '2026-03-05T23:00:00.000Z',
  ONSITE: '2026-03-15T22:30:00.000Z',
};
const detail = {
  institutionId: 'h1',
  departmentId: 'd1',
  practitioner: { id: 'p1' },
  day: DAY,
  half: 'A',
  slots: [
    { start: '08:00', end: '08:30' },
    { start: '08:30', end: '09:00' },
  ],
  opensAt: OPENS,
  closings: { book: { minutesBeforeSlot: 30 } },
  endsAt: '2026-03-16T01:00:00.000Z',
} as unknown as ScheduleDetail;

const entry = (more: Partial<RecordEntry> = {}): RecordEntry => ({
  day: DAY,
  half: 'P',
  practitionerId: 'p2',
  institutionId: 'h2',
  departmentId: 'd2',
  state: 'A',
  request: 'r',
  ...more,
});

const recordOf = (...entries: readonly RecordEntry[]): PatientRecord => ({
  version: 1,
  entries: Object.fromEntries(entries.map((each, index) => [`a${index}`, each])),
  bans: [],
});

type Asked = Partial<Omit<BookingQuestion, 'policy'>> & { readonly policy?: Partial<BookingPolicy> };

/** A public number four days ahead, for a patient without a past, unless told otherwise. */
const judge = ({ policy = {}, ...rest }: Asked = {}) =>
  judgeBooking({
    policy: bookingPolicy.schema.parse({ ...policyValues, ...policy }),
    detail,
    claim: { status: 'OPEN', free: { P0: [1], P1: [2] } },
    record: recordOf(),
    channel: 'MINI_PROGRAM',
    slotIndex: undefined,
    now: '2026-03-12T02:00:00.000Z',
    ...rest,
  });

const LANE = { ok: true, lane: 'P0' };
const refused = (code: string, detailOf: object, personal: boolean) => ({
  ok: false,
  reasons: [{ code, detail: detailOf }],
  onlySoldOut: false,
  personal,
});

test('nothing is against it', () => {
  expect(judge()).toEqual(LANE);
});

describe('is told when it opens', () => {
  const channels = (...pools: BookingPolicy['channels']['COMMUNITY']) => ({
    channels: { ...policyValues.channels, COMMUNITY: pools },
  });
  const early = { channel: 'COMMUNITY', now: '2026-03-03T22:59:59.999Z' } as const;

  test('the first of its pools, in whichever order it takes from them', () => {
    const first = refused('NOT_OPEN_YET', { opensAt: OPENS.COMMUNITY }, false);
    expect(judge({ ...early, policy: channels('COMMUNITY', 'PUBLIC') })).toMatchObject(first);
    expect(judge({ ...early, policy: channels('PUBLIC', 'COMMUNITY') })).toMatchObject(first);
    const one = refused('NOT_OPEN_YET', { opensAt: OPENS.PUBLIC }, false);
    expect(judge({ ...early, policy: channels('PUBLIC') })).toMatchObject(one);
  });

  test('and no time where the city gives the channel no pool', () => {
    expect(judge({ channel: 'COMMUNITY', policy: channels() })).toMatchObject(
      refused('NOT_OPEN_YET', { opensAt: '' }, false),
    );
  });
});

test('is told when the last slot that was asked for closed', () => {
  const now = '2026-03-16T00:15:00.000Z';
  const closed = (closedAt: string) => refused('BOOKING_CLOSED', { closedAt }, false);
  expect(judge({ now })).toMatchObject(closed('2026-03-16T00:00:00.000Z'));
  expect(judge({ now, slotIndex: 0 })).toMatchObject(closed('2026-03-15T23:30:00.000Z'));
});

describe('what lies in the patient', () => {
  const ban = { rule: 'absent', from: '2026-03-10', until: '2026-03-20', cause: 'a0' } as const;
  const bannedOn = (now: string, channel: BookingQuestion['channel'] = 'MINI_PROGRAM') =>
    judge({ channel, now, record: { ...recordOf(), bans: [ban] } });
  const banned = refused('BANNED', { rule: 'absent', until: '2026-03-20' }, true);

  test('is told from what lies in the schedule', () => {
    const soldOut = { claim: { status: 'OPEN', free: {} } } as const;
    expect(judge(soldOut)).toMatchObject({ ok: false, onlySoldOut: true, personal: false });
    const both = judge({
      ...soldOut,
      now: '2026-03-12T02:00:00.000Z',
      record: { ...recordOf(), bans: [ban] },
    });
    expect(both).toMatchObject({ ok: false, onlySoldOut: false, personal: true });
  });

  test('a ban counts from its first day in China to its last', () => {
    expect(bannedOn('2026-03-09T15:59:59.999Z')).toEqual(LANE);
    expect(bannedOn('2026-03-09T16:00:00.000Z')).toMatchObject(banned);
    expect(judge({ now: '2026-03-15T10:00:00.000Z', record: { ...recordOf(), bans: [ban] } })).toMatchObject(
      banned,
    );
    const short = { ...ban, until: '2026-03-11' } as const;
    const onceBanned = (now: string) => judge({ now, record: { ...recordOf(), bans: [short] } });
    expect(onceBanned('2026-03-11T15:59:59.999Z')).toMatchObject({ ok: false, personal: true });
    expect(onceBanned('2026-03-11T16:00:00.000Z')).toEqual(LANE);
  });

  test('a ban closes the channels that the city names, and no other', () => {
    const now = '2026-03-12T02:00:00.000Z';
    expect(bannedOn(now, 'CALL_CENTRE')).toMatchObject(banned);
    expect(bannedOn(now, 'COMMUNITY')).toEqual(LANE);
    expect(judge({ now, record: { ...recordOf(), bans: [ban] }, policy: { bannedChannels: [] } })).toEqual(
      LANE,
    );
  });

  test('the youngest age is that of the day of the visit, and asked for where it is a rule and known', () => {
    const policy = { minimumAgeYears: 14 };
    const young = refused('TOO_YOUNG', { minimumAgeYears: 14 }, true);
    expect(judge({ policy, birthDate: '2012-03-17' })).toMatchObject(young);
    expect(judge({ policy, birthDate: '2012-03-16' })).toEqual(LANE);
    // Somebody born since looks at a clinic of the past.
    expect(judge({ policy, birthDate: '2026-03-17' })).toMatchObject(young);
    expect(judge({ policy })).toEqual(LANE);
    expect(judge({ birthDate: '2020-01-01' })).toEqual(LANE);
    const onsite = { channel: 'ONSITE', now: '2026-03-15T23:00:00.000Z' } as const;
    expect(judge({ policy, birthDate: '2020-01-01', ...onsite })).toEqual(LANE);
  });

  test.each<[LimitRule['same'], Partial<RecordEntry>, Partial<RecordEntry>]>([
    [['institution'], { institutionId: 'h1' }, { departmentId: 'd1', practitionerId: 'p1', half: 'A' }],
    [['department'], { institutionId: 'h1', departmentId: 'd1' }, { departmentId: 'd1' }],
    [['department'], { institutionId: 'h1', departmentId: 'd1' }, { institutionId: 'h1' }],
    [['practitioner'], { practitionerId: 'p1' }, { institutionId: 'h1', departmentId: 'd1', half: 'A' }],
    [['half-day'], { half: 'A' }, { institutionId: 'h1', departmentId: 'd1', practitionerId: 'p1' }],
    [['half-day', 'institution'], { half: 'A', institutionId: 'h1' }, { half: 'A' }],
    [[], {}, { day: '2026-03-17' }],
  ])('a limit of the same %j counts what is the same, and nothing else', (same, alike, other) => {
    const policy = { limits: [{ id: 'once', same, period: { kind: 'visit-day' as const }, max: 1 }] };
    const reached = refused('LIMIT_REACHED', { rule: 'once', max: 1 }, true);
    expect(judge({ policy, record: recordOf(entry(alike)) })).toMatchObject(reached);
    expect(judge({ policy, record: recordOf(entry(other)) })).toEqual(LANE);
    const twice = { limits: [{ ...policy.limits[0], max: 2 }] } as Partial<BookingPolicy>;
    expect(judge({ policy: twice, record: recordOf(entry(alike)) })).toEqual(LANE);
  });

  test('a limit counts visits that were and will be, and those that were missed, but not what was called off', () => {
    const policy = { limits: [{ id: 'once', same: [], period: { kind: 'visit-day' as const }, max: 1 }] };
    const outcomeOf = (state: RecordEntry['state']) =>
      judge({ policy, record: recordOf(entry({ state })) }).ok;
    expect([outcomeOf('A'), outcomeOf('N'), outcomeOf('C'), outcomeOf('X')]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(judge({ policy, record: recordOf(entry()), except: 'a0' })).toEqual(LANE);
  });

  test('a rolling limit counts in no three months that end before the visit', () => {
    // From 29 November they end with 27 February; counted back from the 28th they begin with the 29th.
    const two: readonly Day[] = ['2025-11-29', '2025-11-29'];
    const three = { kind: 'months', months: 3 } as const;
    expect(mostInWindow(three, '2026-02-27', [...two, '2026-02-27'])).toBe(3);
    expect(mostInWindow(three, '2026-02-28', [...two, '2026-02-28'])).toBe(1);
  });

  test('none of it counts where somebody may set it aside', () => {
    const policy = { limits: [{ id: 'once', same: [], period: { kind: 'visit-day' as const }, max: 1 }] };
    const record = { ...recordOf(entry()), bans: [ban] };
    expect(judge({ policy, record, override: true })).toEqual(LANE);
  });
});
