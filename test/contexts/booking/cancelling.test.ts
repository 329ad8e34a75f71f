import { expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { OWNER } from '../../../functions/booking/charges.ts';
import { listAppointments } from '../../../functions/booking/list-appointments.ts';
import { settleAppointment } from '../../../functions/booking/settle-appointment.ts';
import { appointments, claims, records } from '../../../functions/booking/store.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import type { Table } from '../../../shared/data/table.ts';
import { testDeps } from '../../support/deps.ts';
import { payment, quietPayment } from './payments.ts';
import { addSchedule, appointmentNow, book, claimOf, freeCount, outcome, sweep } from './scene.ts';

const ME = 'pat00001';
const doer = { by: 'account-1' };
/** 15:00 in China on the day before the visit. */
const CUTOFF = '2026-03-05T07:00:00.000Z';

test('frees the number until the cut-off, and is refused from it on with nothing written', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const [one, two] = [await book(deps, detail, 'pat00001'), await book(deps, detail, 'pat00002')];
  deps.clock.set('2026-03-05T06:59:59.999Z');
  expect((await cancelAppointment(deps, one, { doer, reason: '不去了' })).endedReason).toBe('不去了');
  expect(await freeCount(deps, detail.scheduleId)).toBe(2);
  deps.clock.set(CUTOFF);
  const before = deps.all();
  expect(await outcome(cancelAppointment(deps, two, { doer }))).toBe('CANCEL_TOO_LATE');
  expect(deps.all()).toEqual(before);
});

test('answers a repeated cancellation as the first and frees the number once', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const booked = await book(deps, detail, ME);
  const first = await cancelAppointment(deps, booked, { doer });
  const before = deps.all();
  expect(await cancelAppointment(deps, booked, { doer })).toEqual(first);
  expect(deps.all()).toEqual(before);
});

test('whatever word somebody gives as the reason, it was a cancellation and is shown as one', async () => {
  const deps = testDeps();
  const booked = await book(deps, await addSchedule(deps), ME);
  await cancelAppointment(deps, booked, { doer, reason: 'INTERRUPTED' });
  const record = await records.get(deps.table, ME, { consistent: true });
  expect(Object.values(record?.entries ?? {}).map((packed) => packed.charAt(0))).toEqual(['C']);
  expect((await listAppointments(deps, ME, undefined)).appointments).toMatchObject([
    { status: 'CANCELLED_BY_PATIENT', endedReason: 'INTERRUPTED' },
  ]);
});

test('a hold may be given up at any time and counts as no cancellation', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  deps.clock.set('2026-03-05T11:50:00.000Z');
  const held = await book(deps, detail, ME, { hold: true });
  expect((await cancelAppointment(deps, held, { doer })).status).toBe('CANCELLED_BY_PATIENT');
  const record = await records.get(deps.table, ME, { consistent: true });
  expect(Object.values(record?.entries ?? {}).map((packed) => packed.charAt(0))).toEqual(['X']);
});

test('the window calls a visit off after the cut-off, until it has begun', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const booked = await book(deps, detail, ME);
  deps.clock.set(CUTOFF);
  expect((await cancelAppointment(deps, booked, { doer, atDesk: true })).status).toBe('CANCELLED_BY_PATIENT');
  const other = await book(deps, detail, 'pat00002');
  await appointments.update(deps.table, other, { set: { status: 'IN_SERVICE' } });
  expect(await outcome(cancelAppointment(deps, other, { doer, atDesk: true }))).toBe('WRONG_STATE');
});

test.each([
  ['open', [], 'VOID', 'WITHDRAWN'],
  ['paid', ['pay'], 'REFUND_DUE', 'REFUND_DUE'],
  ['refunded', ['pay', 'refund'], 'REFUNDED', 'REFUNDED'],
] as const)('an %s charge', async (_name, steps, expected, lock) => {
  const deps = testDeps();
  const booked = await book(deps, await addSchedule(deps, { feeFen: 500 }), ME);
  for (const step of steps) await payment(deps, booked, step);
  const { charge } = await cancelAppointment(deps, booked, { doer });
  expect(charge?.status).toBe(expected);
  const chargeId = booked.charge?.chargeId ?? '';
  expect(await readChargeLock(deps.table, { owner: OWNER, chargeId })).toMatchObject({ status: lock });
});

test('P5: what is being paid cannot be cancelled, told of it or not, and nothing is written', async () => {
  const deps = testDeps();
  const booked = await book(deps, await addSchedule(deps, { feeFen: 500, paymentMode: 'ONLINE' }), ME);
  await quietPayment(deps, booked, 'claim');
  expect(await outcome(cancelAppointment(deps, booked, { doer }))).toBe('PAYMENT_UNDER_WAY');
  expect(await appointmentNow(deps, booked)).toMatchObject({
    status: 'PENDING_PAYMENT',
    charge: { status: 'OPEN' },
  });
  const before = deps.all();
  expect(await outcome(cancelAppointment(deps, booked, { doer }))).toBe('PAYMENT_UNDER_WAY');
  expect(deps.all()).toEqual(before);
  await payment(deps, booked, 'open');
  expect((await cancelAppointment(deps, booked, { doer })).status).toBe('CANCELLED_BY_PATIENT');
  expect(await payment(deps, booked, 'claim')).toBe(false);
  expect(await payment(deps, booked, 'pay')).toBe(false);
});

test('P5: a visit to be paid for on site is not called off while its fee is being paid all the same', async () => {
  const deps = testDeps();
  const booked = await book(deps, await addSchedule(deps, { feeFen: 500 }), ME);
  await payment(deps, booked, 'claim');
  const before = deps.all();
  expect(await outcome(cancelAppointment(deps, booked, { doer }))).toBe('PAYMENT_UNDER_WAY');
  expect(deps.all()).toEqual(before);
  await payment(deps, booked, 'open');
  expect(await outcome(cancelAppointment(deps, booked, { doer }))).toBe('ok');
});

test('a charge paid at the very moment of the cancellation is owed back, not void', async () => {
  const deps = testDeps();
  const booked = await book(deps, await addSchedule(deps, { feeFen: 500 }), ME);
  const table = onceBeforeTransaction(deps.table, () => quietPayment(deps, booked, 'pay'));
  expect((await cancelAppointment({ ...deps, table }, booked, { doer })).charge?.status).toBe('REFUND_DUE');
});

/** The table, with something that happens just before its next transaction. */
function onceBeforeTransaction(table: Table, happen: () => Promise<unknown>): Table {
  let done = false;
  return {
    ...table,
    transact: async (...args: Parameters<Table['transact']>) => {
      if (!done) {
        done = true;
        await happen();
      }
      return table.transact(...args);
    },
  };
}

test('whoever gets a number that was held and given up a hundred times pays for it, or gives it up, like the first', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 1, feeFen: 500, paymentMode: 'ONLINE' });
  const tokens = new Set<number>();
  for (let index = 0; index < 100; index += 1) {
    const held = await book(deps, detail, 'pat00002', { requestKey: `request-${index}` });
    tokens.add(held.token);
    await cancelAppointment(deps, held, { doer });
  }
  const booked = await book(deps, detail, ME);
  expect(tokens.has(booked.token)).toBe(true);
  expect(await payment(deps, booked, 'claim')).toBe(true);
  expect(await payment(deps, booked, 'open')).toBe(true);
  expect((await cancelAppointment(deps, booked, { doer })).status).toBe('CANCELLED_BY_PATIENT');
});

test('a number of a pool that is still apart goes back to its pool', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 2, quota: { COMMUNITY: 1 } });
  const booked = await book(deps, detail, ME, { channel: 'COMMUNITY' });
  expect(booked.pool).toBe('COMMUNITY');
  await cancelAppointment(deps, booked, { doer });
  expect((await claimOf(deps, detail.scheduleId)).free).toEqual({ P0: [1], C0: [1002] });
});

test('a number of a pool that was released goes to the public one', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 2, quota: { COMMUNITY: 1 } });
  const booked = await book(deps, detail, ME, { channel: 'COMMUNITY' });
  deps.clock.set('2026-03-04T10:00:00.000Z');
  await cancelAppointment(deps, booked, { doer });
  expect((await claimOf(deps, detail.scheduleId)).free['P0']).toEqual([1, 1002]);
});

test('a number freed into its pool while that is being released is moved by the next tick', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 2, quota: { COMMUNITY: 1 } });
  const booked = await book(deps, detail, ME, { channel: 'COMMUNITY' });
  deps.clock.advance(16 * 60_000);
  await sweep(deps);
  deps.clock.set('2026-03-04T09:59:59.999Z');
  // The release ticks between the choice of the pool and the write that gives the number back.
  let ticked = false;
  const table: Table = {
    ...deps.table,
    update: async (key, changes, options) => {
      if (!ticked && key.sk === 'claim' && changes.append !== undefined) {
        ticked = true;
        deps.clock.set('2026-03-04T10:00:00.000Z');
        await sweep(deps);
      }
      return deps.table.update(key, changes, options);
    },
  };
  await cancelAppointment({ ...deps, table }, booked, { doer });
  expect((await claimOf(deps, detail.scheduleId)).free['C0']).toEqual([1002]);
  await sweep(deps);
  expect((await claimOf(deps, detail.scheduleId)).free).toMatchObject({ P0: [1, 1002], C0: [] });
});

test('an appointment that is not there, or over, is not cancelled', async () => {
  const deps = testDeps();
  const id = { patientId: ME, appointmentId: '20260306A-doctor1_1' };
  expect(await outcome(cancelAppointment(deps, id, { doer }))).toBe('APPOINTMENT_NOT_FOUND');
  const booked = await book(deps, await addSchedule(deps), ME);
  await appointments.update(deps.table, booked, { set: { status: 'NO_SHOW' } });
  expect(await outcome(cancelAppointment(deps, booked, { doer }))).toBe('WRONG_STATE');
});

test('a failing table leaves the settling to the event, and the answer stands', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const booked = await book(deps, detail, ME);
  const claimKey = claims.key(detail.scheduleId);
  const table: Table = {
    ...deps.table,
    update: async (key, changes, options) => {
      if (key.sk === claimKey.sk) throw new Error('the claim cannot be written');
      return deps.table.update(key, changes, options);
    },
  };
  expect((await cancelAppointment({ ...deps, table }, booked, { doer })).status).toBe('CANCELLED_BY_PATIENT');
  expect(deps.lines.map(({ code }) => code)).toContain('BOOKING_SETTLING_LEFT');
  expect(await freeCount(deps, detail.scheduleId)).toBe(2);
  await settleAppointment(deps, await appointmentNow(deps, booked));
  expect(await freeCount(deps, detail.scheduleId)).toBe(3);
});
