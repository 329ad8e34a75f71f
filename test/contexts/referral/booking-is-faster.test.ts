import { expect, test } from 'vitest';
import { reserveNumber } from '../../../functions/booking/reserve-for-referral.ts';
import { withdrawReferral } from '../../../functions/referral/attend.ts';
import { referral } from '../../../functions/referral/context.ts';
import { reviewAtGate } from '../../../functions/referral/review-at-gate.ts';
import { type Referral, referrals } from '../../../functions/referral/store.ts';
import { application, homePath, PATIENT, shown } from './people.ts';
import { type Story, story, upTo } from './stories.ts';
import { acceptUnheard } from './unheard.ts';
import { CARDIOLOGY, CITY, CITY_CARDIOLOGY, COUNTY, TOWN } from './world.ts';

const at = '2026-03-02T00:00:00.000Z';

async function item({ world }: Story, referralId: string): Promise<Referral | undefined> {
  return referrals.get(world.deps.table, { patientId: PATIENT, referralId }, { consistent: true });
}

/** What booking answers the machine. */
function reserved({ world }: Story, referralId: string): Promise<unknown> {
  return reserveNumber.handle(
    world.deps,
    {
      patientId: PATIENT,
      reservationId: `${referralId}-1`,
      institutionId: COUNTY,
      departmentId: CARDIOLOGY,
      holdSeconds: 3600,
    },
    { requestId: 'request-1' },
  );
}

/** Booking says this of the number before the machine has told the referral that it has one. */
async function said(told: Story, referralId: string, facts: readonly string[]): Promise<string | undefined> {
  const { deps } = told.world;
  await acceptUnheard(told, referralId);
  const number = await reserved(told, referralId);
  const { appointmentId } = number as { appointmentId: string };
  for (const [index, fact] of facts.entries()) {
    const event = `booking.appointment-${fact}`;
    const heard = referral.subscriptions.find((one) => one.event === event);
    const when = new Date(Date.parse(at) + Number(fact.startsWith('cancelled')) * 1000).toISOString();
    const data = { patientId: PATIENT, appointmentId, by: 'account-patient' };
    await heard?.handle(deps, { id: `event-${index}`, type: event, at: when, data });
  }
  const input = { patientId: PATIENT, referralId, at: 'CONFIRMATION', number };
  await referral.tasks['ask']?.handle(deps, input, {
    taskToken: 'a-token-of-nobody',
    requestId: 'request-1',
  });
  return (await item(told, referralId))?.status;
}

test('a number that was confirmed before the referral knew it is confirmed', async () => {
  const told = await story();
  const referralId = await upTo(told, 'OFFERED');
  expect(await said(told, referralId, ['booked'])).toBe('CONFIRMED');
});

test('one that was given up meanwhile ends the referral, in whatever order the news came', async () => {
  for (const facts of [
    ['booked', 'cancelled-by-patient'],
    ['cancelled-by-patient', 'booked'],
  ]) {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    expect(await said(told, referralId, facts)).toBe('WITHDRAWN');
  }
});

test('a number of which nothing was said waits for the resident', async () => {
  const told = await story();
  const referralId = await upTo(told, 'OFFERED');
  expect(await said(told, referralId, [])).toBe('RESERVED');
});

test('a number that comes when the referral has ended and given back all it knew of is given back too', async () => {
  const told = await story();
  const { deps } = told.world;
  const referralId = await upTo(told, 'OFFERED');
  await acceptUnheard(told, referralId);
  const id = { patientId: PATIENT, referralId };
  const doer = { by: 'account-patient', role: 'resident' };
  await withdrawReferral(deps, id, { reason: '不去了' }, { doer, requestKey: 'two' });
  const task = (name: string, input: object): Promise<unknown> | undefined =>
    referral.tasks[name]?.handle(deps, { ...id, ...input }, { taskToken: 'nobody', requestId: 'request-1' });
  await task('settle', { at: 'RELEASE', seconds: 1, reservationId: `${referralId}-1` });
  expect((await item(told, referralId))?.owesRelease).toBe(false);

  await task('ask', { at: 'CONFIRMATION', number: await reserved(told, referralId) });
  expect(await task('look-up', {})).toMatchObject({ at: 'RELEASE', reservationId: `${referralId}-1` });
});

test('two reviewers who approve in the same moment pass one gate', async () => {
  const told = await story();
  const far = application({
    toInstitutionId: CITY,
    toDepartmentId: CITY_CARDIOLOGY,
    outsideReason: '县内无此手术',
  });
  const { referralId } = shown(await told.people.familyDoctor.post(homePath(), far));
  const approvals = await Promise.allSettled(
    ['one', 'two'].map((by) =>
      reviewAtGate(
        told.world.deps,
        { patientId: PATIENT, referralId },
        { decision: 'APPROVE' },
        { doer: { by, role: 'referral-coordinator', institutionId: TOWN }, requestKey: 'key' },
      ),
    ),
  );
  expect(approvals.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const now = await item(told, referralId);
  expect([now?.status, now?.gateIndex, now?.timeline.length]).toEqual(['GATE_REVIEW', 1, 2]);
});
