import { describe, expect, test } from 'vitest';
import { referrals } from '../../../functions/referral/store.ts';
import { timers } from '../../../functions/referral/timers.ts';
import { ENDED, OPEN, type ReferralStatus } from '../../../functions/referral/transitions.ts';
import { timerOf } from '../../../shared/data/carried.ts';
import { eventFor } from '../../../shared/data/events.ts';
import type { Item } from '../../../shared/data/table.ts';
import { application, homePath, PATIENT, shown, staffPath } from './people.ts';
import {
  accept,
  apply,
  applyDown,
  approve,
  communityAccepts,
  executions,
  returnAtGate,
  type Story,
  stillHeld,
  story,
  upTo,
} from './stories.ts';
import { acceptAndWithdraw } from './unheard.ts';
import { CITY, CITY_CARDIOLOGY, COUNTY, DAY, ENDOCRINE, HOUR, TOWN, type World } from './world.ts';

/** Every state that waits for somebody, how to come there, how long it waits, and what its end brings. */
const WAITS: readonly (readonly [
  string,
  (told: Story) => Promise<string>,
  number,
  ReferralStatus,
  string,
])[] = [
  ['the review', (told) => upTo(told, 'GATE_REVIEW'), 4 * HOUR, 'EXPIRED', 'GATE_TIMEOUT'],
  ['papers', returned, 72 * HOUR, 'EXPIRED', 'DOCUMENTS_TIMEOUT'],
  ['the centre', (told) => upTo(told, 'OFFERED'), 24 * HOUR, 'EXPIRED', 'ACCEPT_TIMEOUT'],
  [
    'an urgent answer',
    (told) => upTo(told, 'OFFERED', { urgency: 'URGENT' }),
    2 * HOUR,
    'EXPIRED',
    'ACCEPT_TIMEOUT',
  ],
  ['the end of treatment', (told) => upTo(told, 'ARRIVED'), 90 * DAY, 'EXPIRED', 'TREATMENT_UNREPORTED'],
];

async function returned(told: Story): Promise<string> {
  const referralId = await apply(told);
  await returnAtGate(told, referralId);
  return referralId;
}

const reminders = ({ events }: World): number =>
  events.filter(({ type }) => type === 'referral.reminder-due').length;

describe('a wait', () => {
  test.each(WAITS)(
    'for %s ends to the second, with a reminder before',
    async (_, bring, ms, status, reason) => {
      const told = await story();
      const referralId = await bring(told);
      const before = reminders(told.world);
      await told.world.pass(ms - 1000);
      expect(OPEN).toContain((await told.now(referralId)).status);
      expect(reminders(told.world)).toBe(before + 1);
      await told.world.pass(1000);
      const ended = await told.now(referralId);
      expect([ended.status, ended.endedReason]).toEqual([status, reason]);
      expect(stillHeld(told.world)).toEqual([]);
      expect(await executions(told.world)).toEqual(['SUCCEEDED']);
    },
  );

  test('ends by its timer where the execution has died', async () => {
    const told = await story();
    const referralId = await apply(told);
    const executionArn = `${told.world.machineArn.replace('stateMachine', 'execution')}:${referralId}-1`;
    await told.world.sfn('StopExecution', { executionArn });
    await told.world.pass(4 * HOUR);
    expect((await told.now(referralId)).status).toBe('GATE_REVIEW');
    await told.world.pass(16 * 60_000);
    expect((await told.now(referralId)).status).toBe('EXPIRED');
  });

  test('that is over takes no decision any more, even before anybody has noticed', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    told.world.deps.clock.advance(24 * HOUR);
    const late = await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), {
      decision: 'ACCEPT',
    });
    expect(late.code).toBe('STEP_EXPIRED');
    await told.world.pass(0);
    expect((await told.now(referralId)).status).toBe('EXPIRED');
    const later = await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), {
      decision: 'ACCEPT',
    });
    expect(later.code).toBe('WRONG_STATE');
    expect(stillHeld(told.world)).toEqual([]);
  });

  test.each(Object.keys(timers))(
    'that was left while its timer, %s, was being looked at keeps what the next step has set',
    async (kind) => {
      const told = await story();
      const { deps, events } = told.world;
      const referralId = await apply(told);
      const key = referrals.key({ patientId: PATIENT, referralId });
      const stored = async (): Promise<Item> => ({
        ...key,
        ...(await deps.table.get(key, { consistent: true })),
      });
      const claimed = await stored();
      await approve(told, referralId);
      const [next, before] = [await stored(), events.length];
      await timers[kind]?.(deps, { key, item: claimed });
      await told.world.pass(0);
      expect(timerOf(await stored())).toEqual(timerOf(next));
      expect([(await told.now(referralId)).status, events.length]).toEqual(['OFFERED', before]);
    },
  );

  test('is not ended by the reminder, nor by a decision that comes in the same moment as its end', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    told.world.deps.clock.advance(24 * HOUR - 1);
    await accept(told, referralId);
    await told.world.pass(1000);
    expect((await told.now(referralId)).status).toBe('RESERVED');
  });
});

/** Every open state, how to come there. */
const STATES: readonly (readonly [ReferralStatus, (told: Story) => Promise<string>])[] = [
  ['GATE_REVIEW', (told) => upTo(told, 'GATE_REVIEW')],
  ['RETURNED', returned],
  ['OFFERED', (told) => upTo(told, 'OFFERED')],
  ['RESERVED', (told) => upTo(told, 'RESERVED')],
  ['CONFIRMED', (told) => upTo(told, 'CONFIRMED')],
  ['ARRIVED', (told) => upTo(told, 'ARRIVED')],
  ['IN_TREATMENT', (told) => upTo(told, 'IN_TREATMENT')],
  ['BETWEEN_VISITS', betweenVisits],
  ['FIRST_VISIT', firstVisit],
];

async function betweenVisits(told: Story): Promise<string> {
  return upTo(told, 'COMPLETED', { standing: { intervalDays: 30, count: 3, until: '2026-12-01' } });
}

async function firstVisit(told: Story): Promise<string> {
  const referralId = await applyDown(told);
  await communityAccepts(told, referralId);
  return referralId;
}

describe('in the state', () => {
  test.each(STATES)(
    '%s the patient withdraws: nothing stays reserved, and everything has ended',
    async (status, bring) => {
      const told = await story();
      const referralId = await bring(told);
      expect((await told.now(referralId)).status).toBe(status);
      const withdrawn = await told.people.patient.post(homePath(referralId, 'withdrawal'), {
        reason: '不去了',
      });
      expect(shown(withdrawn).status).toBe('WITHDRAWN');
      expect(stillHeld(told.world)).toEqual([]);
      expect(new Set(await executions(told.world))).toEqual(new Set(['SUCCEEDED']));
      const again = await told.people.patient.post(homePath(referralId, 'withdrawal'), { reason: '不去了' });
      expect(again.code).toBe('WRONG_STATE');
    },
  );

  test.each(STATES)('%s a death is reported: nothing stays reserved', async (_, bring) => {
    const told = await story();
    const referralId = await bring(told);
    const who = (await told.people.familyDoctor.get(staffPath(TOWN, referralId))).status === 200;
    const died = await told.people.familyDoctor.post(staffPath(TOWN, referralId, 'death'));
    expect([who, shown(died).status]).toEqual([true, 'DIED']);
    expect(stillHeld(told.world)).toEqual([]);
  });

  test('ACCEPTED, before a number was found, a withdrawal leaves nothing behind', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    // Both before the machine has heard of either.
    await acceptAndWithdraw(told, referralId);
    expect((await told.now(referralId)).status).toBe('WITHDRAWN');
    expect(stillHeld(told.world)).toEqual([]);
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });
});

test('a death that the family doctor’s team reports ends every open referral, and nothing stays reserved', async () => {
  const told = await story();
  const { deps, settle } = told.world;
  const one = await upTo(told, 'CONFIRMED');
  const other = await apply(told, { toDepartmentId: ENDOCRINE });
  const event = eventFor(deps, 'signing.deceased', { data: { patientId: PATIENT, signingId: 'signing-1' } });
  await deps.table.put({ pk: `outside#${event.id}`, sk: 'event' }, { event });
  await settle();
  for (const referralId of [one, other]) {
    const { status, endedReason } = await told.now(referralId);
    expect([status, endedReason]).toEqual(['DIED', 'DEATH_REPORTED']);
  }
  expect(stillHeld(told.world)).toEqual([]);
  expect(new Set(await executions(told.world))).toEqual(new Set(['SUCCEEDED']));
});

test('every state is either ended or has a withdrawal shown above', () => {
  const shownAbove = [...STATES.map(([status]) => status), 'ACCEPTED'];
  expect([...OPEN].toSorted()).toEqual(shownAbove.toSorted());
  expect(ENDED).not.toContain('BETWEEN_VISITS');
});

test('a request that comes twice is answered as the first was, and does nothing more', async () => {
  const told = await story();
  const key = 'the-same-key-1';
  const body = application();
  const one = await told.people.familyDoctor.post(homePath(), body, key);
  const two = await told.people.familyDoctor.post(homePath(), body, key);
  expect(two.body).toEqual(one.body);
  const { referralId } = shown(one);
  const path = staffPath(TOWN, referralId, 'gate-decision');
  const first = await told.people.townCoordinator.post(path, { decision: 'APPROVE' }, key);
  const second = await told.people.townCoordinator.post(path, { decision: 'APPROVE' }, key);
  expect([first.status, second.body]).toEqual([200, first.body]);
});

test('so is one that passed the referral on, though it is another hospital’s by then', async () => {
  const told = await story();
  const path = staffPath(COUNTY, await upTo(told, 'OFFERED'), 'centre-decision');
  const target = { toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY };
  const body = { decision: 'REROUTE', reason: '需介入治疗', ...target };
  const first = await told.people.countyCoordinator.post(path, body, 'the-same-key-2');
  const second = await told.people.countyCoordinator.post(path, body, 'the-same-key-2');
  expect([first.status, second.body]).toEqual([200, first.body]);
  expect((await told.people.countyCoordinator.post(path, body)).code).toBe('REFERRAL_NOT_FOUND');
});
