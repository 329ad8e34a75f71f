import { expect, test } from 'vitest';
import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { lapseOf } from '../../../functions/booking/numbers.ts';
import { appointments, records } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import type { Table } from '../../../shared/data/table.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testDeps } from '../../support/deps.ts';
import { payment } from './payments.ts';
import { policyValues } from './policy-values.ts';
import {
  addPatient,
  addSchedule,
  appointmentNow,
  book,
  claimOf,
  freeCount,
  outcome,
  sweep,
} from './scene.ts';

const ME = 'pat00001';
const doer = { by: 'account-1' };
const MINUTE = 60_000;

test('books a number at once where nothing is to be paid online', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { feeFen: 500 });
  const booked = await book(deps, detail, ME);
  expect(booked).toMatchObject({
    status: 'BOOKED',
    day: '2026-03-06',
    slot: { start: '09:00', end: '09:50' },
    pool: 'PUBLIC',
    channel: 'MINI_PROGRAM',
    charge: {
      chargeId: expect.stringMatching(/^20260306A-doctor1_1-[\w-]{8}$/),
      category: 'REGISTRATION',
      amountFen: 500,
      payeeId: 'jx-hospital',
      status: 'OPEN',
    },
  });
  expect(booked.heldUntil).toBeUndefined();
  expect(eventOf(await itemOf(deps, booked))).toMatchObject({
    type: 'booking.appointment-booked',
    data: {
      patientId: ME,
      appointmentId: booked.appointmentId,
      by: `account-${ME}`,
      institutionId: booked.institutionId,
      departmentId: booked.departmentId,
      practitionerId: booked.practitionerId,
      day: booked.day,
      start: '09:00',
    },
  });
});

async function itemOf(deps: ReturnType<typeof testDeps>, id: Parameters<typeof appointments.key>[0]) {
  const item = await deps.table.get(appointments.key(id), { consistent: true });
  if (item === undefined) throw new Error('no such appointment');
  return item;
}

test('takes the wanted slot, and the emptiest one where none is named', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { slotCount: 3, capacity: 2 });
  expect((await book(deps, detail, 'pat00001', { slot: '10:00' })).slot.start).toBe('10:00');
  expect((await book(deps, detail, 'pat00002', { slot: '10:00' })).slot.start).toBe('10:00');
  expect(await outcome(book(deps, detail, 'pat00003', { slot: '10:00' }))).toBe('SOLD_OUT');
  expect((await book(deps, detail, 'pat00003')).slot.start).toBe('09:00');
  expect((await book(deps, detail, 'pat00004')).slot.start).toBe('11:00');
});

test('I1, I2: gives out every number once and not one more', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { slotCount: 2, capacity: 3 });
  const tokens = new Set<number>();
  for (let index = 0; index < 6; index += 1) tokens.add((await book(deps, detail, `pat0000${index}`)).token);
  expect([...tokens].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  const before = deps.all().filter(({ sk }) => sk !== 'profile');
  expect(await outcome(book(deps, detail, 'pat00009'))).toBe('SOLD_OUT');
  expect(deps.all().filter(({ sk, pk }) => sk !== 'profile' && !pk.includes('pat00009'))).toEqual(before);
});

test('answers a repeated request as the first time, whatever became of the appointment', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1 });
  const first = await book(deps, detail, ME);
  expect(await book(deps, detail, ME)).toEqual(first);
  await cancelAppointment(deps, first, { doer });
  const again = await book(deps, detail, ME);
  expect(again).toMatchObject({ appointmentId: first.appointmentId, status: 'CANCELLED_BY_PATIENT' });
  expect(await freeCount(deps, detail.scheduleId)).toBe(1);
});

test('refuses a second number in the same clinic, and books anew after a cancellation', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const first = await book(deps, detail, ME);
  expect(await outcome(book(deps, detail, ME, { requestKey: 'another' }))).toBe('ALREADY_BOOKED');
  await cancelAppointment(deps, first, { doer });
  const second = await book(deps, detail, ME, { requestKey: 'another' });
  expect(second.appointmentId).not.toBe(first.appointmentId);
});

test.each(['MINI_PROGRAM', 'COMMUNITY', 'ONSITE', 'CALL_CENTRE'] as const)(
  'refuses a patient nobody knows by %s and writes nothing',
  async (channel) => {
    const deps = testDeps({ start: '2026-03-05T23:00:00.000Z' });
    const { scheduleId } = await addSchedule(deps, { visitKind: 'general' });
    const before = deps.all();
    const order = { scheduleId, patientId: 'stranger', hold: false, channel, requestKey: 'request-1', doer };
    expect(await outcome(bookAppointment(deps, order))).toBe('PATIENT_UNKNOWN');
    expect(deps.all()).toEqual(before);
  },
);

test('refuses a schedule that does not exist, or is not of the desk’s institution', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  expect(await outcome(book(deps, { scheduleId: '20260306A-nobody' }, ME))).toBe('SCHEDULE_NOT_FOUND');
  expect(await outcome(book(deps, detail, ME, { institutionId: 'tcm-hospital' }))).toBe('SCHEDULE_NOT_FOUND');
});

test('names every reason against a booking at once and writes nothing', async () => {
  const values = {
    ...policyValues,
    minimumAgeYears: 14,
    limits: [{ id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 1 }],
  };
  const deps = testDeps({ city: cityWith('demo', 'booking', values) });
  await addPatient(deps, ME, '2015-01-01');
  const record = { version: 1, entries: { '20260306P-doctor9_1': 'A|jx-hospital|cardiology|abcdefgh|' } };
  const ban = { rule: 'no-shows', from: '2026-02-20', until: '2026-03-20', cause: 'x' } as const;
  await records.put(deps.table, ME, { ...record, bans: [ban] });
  const detail = await addSchedule(deps);
  const full = await addSchedule(deps, { practitionerId: 'doctor2', capacity: 1, quota: { ONSITE: 1 } });
  deps.clock.set('2026-03-05T12:00:00.000Z');
  const before = deps.all();
  expect(await outcome(book(deps, detail, ME, { slot: '17:00' }))).toBe(
    'NO_SUCH_SLOT, BANNED no-shows, TOO_YOUNG, LIMIT_REACHED same-day',
  );
  expect(await outcome(book(deps, detail, ME))).toBe(
    'BOOKING_CLOSED, BANNED no-shows, TOO_YOUNG, LIMIT_REACHED same-day',
  );
  // Who comes too late for any number is turned away on the first read.
  expect(await outcome(book(deps, full, ME))).toBe('SOLD_OUT');
  expect(deps.all()).toEqual(before);
});

test('a general clinic closes slot by slot: nobody books one that has begun', async () => {
  const deps = testDeps({ start: '2026-03-05T23:00:00.000Z' });
  const detail = await addSchedule(deps, { visitKind: 'general', slotCount: 2, capacity: 5 });
  deps.clock.set('2026-03-06T00:30:00.000Z');
  expect(await outcome(book(deps, detail, ME, { slot: '09:00' }))).toBe('BOOKING_CLOSED');
  expect((await book(deps, detail, ME)).slot.start).toBe('10:00');
  deps.clock.set('2026-03-06T01:30:00.000Z');
  expect(await outcome(book(deps, detail, 'pat00002'))).toBe('BOOKING_CLOSED');
});

test('a confirmation says where and when the visit is, also before every replica has heard of the hold', async () => {
  const deps = testDeps();
  const { appointmentId } = await book(deps, await addSchedule(deps), ME, { hold: true });
  const id = { patientId: ME, appointmentId };
  const table: Table = {
    ...deps.table,
    get: async (key, options) => (options?.consistent === true ? deps.table.get(key, options) : undefined),
  };
  await confirmAppointment({ ...deps, table }, id, doer);
  const item = await deps.table.get(appointments.key(id), { consistent: true });
  expect(item && eventOf(item)?.data).toMatchObject({ day: '2026-03-06', start: '09:00' });
});

test('I4: a hold is confirmed while it lasts', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const held = await book(deps, detail, ME, { hold: true });
  expect(held).toMatchObject({ status: 'HELD', heldUntil: '2026-03-02T00:15:00.000Z' });
  deps.clock.set('2026-03-02T00:14:59.999Z');
  const booked = await confirmAppointment(deps, held, doer);
  expect(booked.status).toBe('BOOKED');
  expect(booked.heldUntil).toBeUndefined();
  expect(await confirmAppointment(deps, held, doer)).toEqual(booked);
  deps.clock.advance(MINUTE);
  await sweep(deps);
  expect((await appointmentNow(deps, held)).status).toBe('BOOKED');
  expect(lapseOf((await claimOf(deps, detail.scheduleId)).holders[ME] ?? 0)).toBeUndefined();
});

test('I4: a hold that has lapsed is confirmed no more, and its number is free', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1 });
  const held = await book(deps, detail, ME, { hold: true });
  deps.clock.set('2026-03-02T00:15:00.000Z');
  expect(await outcome(confirmAppointment(deps, held, doer))).toBe('HOLD_LAPSED');
  expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
  expect(await outcome(confirmAppointment(deps, held, doer))).toBe('WRONG_STATE');
  expect(await freeCount(deps, detail.scheduleId)).toBe(1);
});

test('I4: the next caller gets a lapsed number at once, before any timer ran', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1 });
  const held = await book(deps, detail, ME, { hold: true });
  deps.clock.set('2026-03-02T00:14:59.999Z');
  expect(await outcome(book(deps, detail, 'pat00002'))).toBe('SOLD_OUT');
  deps.clock.set('2026-03-02T00:15:00.000Z');
  expect((await book(deps, detail, 'pat00002')).status).toBe('BOOKED');
  expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
});

test('I4: whoever lets their own hold lapse may take the number again', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1 });
  const held = await book(deps, detail, ME, { hold: true });
  deps.clock.advance(15 * MINUTE);
  const again = await book(deps, detail, ME, { requestKey: 'another' });
  expect(again.status).toBe('BOOKED');
  expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
});

test('I4: the timer ends a lapsed hold within its minute and leaves nothing behind', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { feeFen: 500, paymentMode: 'ONLINE' });
  const held = await book(deps, detail, ME);
  expect(held).toMatchObject({
    status: 'HELD',
    charge: { status: 'OPEN', payBy: '2026-03-02T00:15:00.000Z' },
  });
  deps.clock.advance(15 * MINUTE);
  await sweep(deps);
  expect(await appointmentNow(deps, held)).toMatchObject({ status: 'EXPIRED', charge: { status: 'VOID' } });
  expect(await freeCount(deps, detail.scheduleId)).toBe(3);
  const { entries } = (await records.get(deps.table, ME, { consistent: true })) ?? { entries: {} };
  expect(Object.values<string>(entries).map((packed) => packed.charAt(0))).toEqual(['X']);
});

test('a fee to be paid online is confirmed by payment only', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { feeFen: 500, paymentMode: 'ONLINE' });
  const held = await book(deps, detail, ME);
  const before = deps.all();
  expect(await outcome(confirmAppointment(deps, held, doer))).toBe('PAYMENT_DUE');
  expect(deps.all()).toEqual(before);
});

test('a number whose payment is under way outlasts its hold', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1, feeFen: 500, paymentMode: 'ONLINE' });
  const held = await book(deps, detail, ME);
  await payment(deps, held, 'claim');
  deps.clock.advance(20 * MINUTE);
  await sweep(deps);
  expect((await appointmentNow(deps, held)).status).toBe('PENDING_PAYMENT');
  expect(await outcome(book(deps, detail, 'pat00002'))).toBe('SOLD_OUT');
  // The payment came to nothing: the number is a hold again, and one that has lapsed.
  await payment(deps, held, 'open');
  deps.clock.advance(2 * MINUTE);
  await sweep(deps);
  expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
  expect(await freeCount(deps, detail.scheduleId)).toBe(1);
});

test('a hold never outlasts its clinic', async () => {
  const deps = testDeps({ start: '2026-03-06T01:00:00.000Z' });
  const detail = await addSchedule(deps);
  deps.clock.set('2026-03-06T01:45:00.000Z');
  const held = await book(deps, detail, ME, { hold: true, channel: 'ONSITE' });
  expect(held.heldUntil).toBe('2026-03-06T01:50:00.000Z');
});

test('a number can be freed more often than it has generations', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1 });
  for (let index = 0; index < 205; index += 1) {
    const held = await book(deps, detail, `pat${index % 3}`, { hold: true, requestKey: `request-${index}` });
    await cancelAppointment(deps, held, { doer });
  }
  expect((await claimOf(deps, detail.scheduleId)).free).toEqual({ P0: [5001] });
});

test('a tick of a schedule nobody made does nothing', async () => {
  const deps = testDeps();
  await tickSchedule(deps, '20260306A-nobody');
  expect(deps.all()).toEqual([]);
});
