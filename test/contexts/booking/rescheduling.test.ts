import { describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import {
  type Rescheduling,
  rescheduleAppointment,
} from '../../../functions/booking/reschedule-appointment.ts';
import { type Appointment, records, type ScheduleDetail } from '../../../functions/booking/store.ts';
import { joinWaitlist } from '../../../functions/booking/waitlist.ts';
import type { City } from '../../../shared/policy/city.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { payment } from './payments.ts';
import { policyValues } from './policy-values.ts';
import { addPatient, addSchedule, appointmentNow, book, claimOf, HOSPITAL, outcome, sweep } from './scene.ts';

const ME = 'pat00001';
const doer = { by: 'account-1' };

function move(
  deps: TestDeps,
  id: Appointment,
  { scheduleId }: Pick<ScheduleDetail, 'scheduleId'>,
  rest: Partial<Rescheduling> = {},
): Promise<Appointment> {
  const order = {
    id,
    scheduleId,
    channel: 'MINI_PROGRAM',
    requestKey: 'request-move',
    doer,
    ...rest,
  } as const;
  return rescheduleAppointment(deps, order);
}

async function twoClinics(city?: City) {
  const deps = testDeps(city === undefined ? {} : { city });
  const from = await addSchedule(deps, { feeFen: 500 });
  const to = await addSchedule(deps, { feeFen: 500, day: '2026-03-07' });
  return { deps, from, to, old: await book(deps, from, ME) };
}

test('moves number, appointment and record together', async () => {
  const { deps, from, to, old } = await twoClinics();
  const next = await move(deps, old, to);
  expect(next).toMatchObject({ status: 'BOOKED', day: '2026-03-07', rescheduledFrom: old.appointmentId });
  expect(await appointmentNow(deps, old)).toMatchObject({
    status: 'CANCELLED_BY_PATIENT',
    endedReason: 'RESCHEDULED',
    rescheduledTo: next.appointmentId,
  });
  expect((await claimOf(deps, from.scheduleId)).holders).toEqual({});
  expect((await claimOf(deps, to.scheduleId)).holders).toEqual({ [ME]: next.token });
  const record = await records.get(deps.table, ME, { consistent: true });
  expect(Object.entries(record?.entries ?? {}).map(([id, packed]) => [id, packed.charAt(0)])).toEqual([
    [old.appointmentId, 'X'],
    [next.appointmentId, 'A'],
  ]);
});

test('the charge moves along as it is, and is found once', async () => {
  const { deps, to, old } = await twoClinics();
  await payment(deps, old, 'pay');
  const next = await move(deps, old, to);
  expect(next.charge).toEqual({
    chargeId: old.charge?.chargeId,
    category: 'REGISTRATION',
    amountFen: 500,
    payeeId: HOSPITAL,
    status: 'PAID',
  });
  expect((await appointmentNow(deps, old)).charge).toBeUndefined();
});

test('a repeated request moves once', async () => {
  const { deps, to, old } = await twoClinics();
  const next = await move(deps, old, to);
  const before = deps.all();
  expect(await move(deps, old, to)).toMatchObject(next);
  expect(await outcome(move(deps, old, to, { requestKey: 'another' }))).toBe('WRONG_STATE');
  expect(deps.all()).toEqual(before);
});

describe('within one schedule', () => {
  test.each([
    ['another slot', '10:00', { P0: [2, 1001], P1: [4] }],
    ['its own slot', '09:00', { P0: [1001], P1: [3, 4] }],
  ])('%s', async (_, slot, free) => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { slotCount: 2, capacity: 2 });
    const old = await book(deps, detail, ME, { slot: '09:00' });
    const next = await move(deps, old, detail, { slot });
    expect(next.slot.start).toBe(slot);
    expect(next.token).not.toBe(old.token);
    expect((await claimOf(deps, detail.scheduleId)).free).toEqual(free);
  });

  test('its own schedule when that is sold out is refused, and the number stays', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 1 });
    const old = await book(deps, detail, ME);
    const before = deps.all();
    expect(await outcome(move(deps, old, detail))).toBe('SOLD_OUT');
    expect(deps.all()).toEqual(before);
  });
});

describe('is refused whole, with nothing written', () => {
  const limits = [{ id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 1 }];
  const cases: readonly [
    string,
    string,
    (scene: Awaited<ReturnType<typeof twoClinics>>) => Promise<unknown>,
  ][] = [
    [
      'where the new clinic is full',
      'SOLD_OUT',
      async ({ deps, to }) => {
        for (const other of ['pat00002', 'pat00003', 'pat00004']) await book(deps, to, other);
      },
    ],
    [
      'where the new clinic was cancelled',
      'SCHEDULE_CANCELLED',
      async ({ deps, to }) =>
        cancelSchedule(deps, { institutionId: HOSPITAL, scheduleId: to.scheduleId, reason: '停诊', doer }),
    ],
    [
      'where a limit stands in the way',
      'LIMIT_REACHED same-day',
      async ({ deps }) =>
        book(deps, await addSchedule(deps, { day: '2026-03-07', practitionerId: 'doctor2' }), ME),
    ],
    ['after the cut-off', 'CANCEL_TOO_LATE', async ({ deps }) => deps.clock.set('2026-03-05T07:00:00.000Z')],
    [
      'after it was cancelled',
      'WRONG_STATE',
      async ({ deps, old }) => cancelAppointment(deps, old, { doer }),
    ],
    [
      'where they have a number already',
      'ALREADY_BOOKED',
      async ({ deps, to }) => {
        const values = { ...policyValues };
        await book({ ...deps, city: cityWith('demo', 'booking', values) }, to, ME);
      },
    ],
  ];
  test.each(cases)('%s', async (_, code, prepare) => {
    const scene = await twoClinics(cityWith('demo', 'booking', { ...policyValues, limits }));
    await prepare(scene);
    const before = scene.deps.all();
    expect(await outcome(move(scene.deps, scene.old, scene.to))).toBe(code);
    expect(scene.deps.all()).toEqual(before);
  });

  test.each([
    ['the fee differs', { feeFen: 800 }],
    ['the fee is paid elsewhere', { feeFen: 500, institutionId: 'tcm-hospital' }],
    ['the fee is paid otherwise', { feeFen: 500, paymentMode: 'ONLINE' }],
  ] as const)('where %s', async (_, rest) => {
    const { deps, old } = await twoClinics();
    const other = await addSchedule(deps, { day: '2026-03-07', practitionerId: 'doctor2', ...rest });
    const before = deps.all();
    expect(await outcome(move(deps, old, other))).toBe('FEE_DIFFERS');
    expect(deps.all()).toEqual(before);
  });

  test('where neither the appointment nor the schedule is there', async () => {
    const { deps, old, to } = await twoClinics();
    const nowhere = { scheduleId: '20260308A-nobody' };
    expect(await outcome(move(deps, old, nowhere))).toBe('SCHEDULE_NOT_FOUND');
    const nothing = { ...old, appointmentId: '20260306A-doctor1_99' };
    expect(await outcome(move(deps, nothing, to))).toBe('APPOINTMENT_NOT_FOUND');
  });
});

test('a child who is old enough only on the old day is not moved to a day before', async () => {
  const city = cityWith('demo', 'booking', { ...policyValues, minimumAgeYears: 14 });
  const deps = testDeps({ city });
  await addPatient(deps, ME, '2012-03-07');
  const later = await addSchedule(deps, { day: '2026-03-07' });
  const sooner = await addSchedule(deps);
  const old = await book(deps, later, ME);
  expect(await outcome(move(deps, old, sooner))).toBe('TOO_YOUNG');
});

test('moving counts neither the old visit as well nor as a cancellation', async () => {
  const city = cityWith('demo', 'booking', {
    ...policyValues,
    limits: [{ id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max: 1 }],
    penalties: [
      {
        id: 'cancellations',
        event: 'cancellation',
        period: { kind: 'calendar-month' },
        steps: [{ count: 1, ban: { kind: 'days', days: 9 } }],
      },
    ],
  });
  const { deps, to, old } = await twoClinics(city);
  await move(deps, old, to);
  const record = await records.get(deps.table, ME, { consistent: true });
  expect(record?.bans).toEqual([]);
});

test('a word that an administrator wrote as the reason of an exception makes it no referral’s number', async () => {
  const { deps, from, to } = await twoClinics();
  const old = await book(deps, from, 'pat00002', { channel: 'ONSITE', overrideReason: 'REFERRAL' });
  expect(await outcome(move(deps, old, to))).toBe('ok');
});

test.each([{ paymentMode: 'ONLINE' }, { institutionId: 'tcm-hospital' }] as const)(
  'a free visit is moved to another free one: %s',
  async (rest) => {
    const deps = testDeps();
    const old = await book(deps, await addSchedule(deps), ME);
    const other = await addSchedule(deps, { day: '2026-03-07', practitionerId: 'doctor2', ...rest });
    expect(await move(deps, old, other)).toMatchObject({ status: 'BOOKED', scheduleId: other.scheduleId });
  },
);

test('takes the number of a hold that has lapsed, before its timer has said so', async () => {
  const { deps, to, old } = await twoClinics();
  for (const patientId of ['pat00002', 'pat00003', 'pat00004'])
    await book(deps, to, patientId, { hold: true });
  expect(await outcome(move(deps, old, to))).toBe('SOLD_OUT');
  deps.clock.advance(15 * 60_000);
  expect(await outcome(move(deps, old, to))).toBe('ok');
});

test('who moves from home takes public numbers, whoever booked for them', async () => {
  const deps = testDeps();
  const from = await addSchedule(deps, { capacity: 2, quota: { COMMUNITY: 1 } });
  const to = await addSchedule(deps, { day: '2026-03-07', capacity: 2, quota: { COMMUNITY: 2 } });
  const old = await book(deps, from, ME, { channel: 'COMMUNITY' });
  expect(await outcome(move(deps, old, to))).toBe('SOLD_OUT');
  const byDoctor = { channel: 'COMMUNITY', requestKey: 'request-doctor' } as const;
  const moved = await move(deps, old, to, byDoctor);
  expect(moved).toMatchObject({ pool: 'COMMUNITY', channel: 'COMMUNITY' });
  const home = await addSchedule(deps, { day: '2026-03-08' });
  expect(await move(deps, moved, home)).toMatchObject({ pool: 'PUBLIC', channel: 'MINI_PROGRAM' });
});

test('the number given up is offered to who waits for it', async () => {
  const { deps, from, to, old } = await twoClinics();
  await book(deps, from, 'pat00002');
  await book(deps, from, 'pat00003');
  await addPatient(deps, 'pat00004');
  await joinWaitlist(
    deps,
    { scheduleId: from.scheduleId, patientId: 'pat00004' },
    { requestKey: 'request-wait', doer },
  );
  await move(deps, old, to);
  expect((await claimOf(deps, from.scheduleId)).holders['pat00004']).toBeDefined();
  await sweep(deps);
  expect((await claimOf(deps, from.scheduleId)).free).toEqual({ P0: [], W0: [] });
});
