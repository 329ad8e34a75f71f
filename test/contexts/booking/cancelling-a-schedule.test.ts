import { expect, test } from 'vitest';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { findAlternatives } from '../../../functions/booking/find-schedules.ts';
import { appointments, records } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import { testDeps } from '../../support/deps.ts';
import { payment } from './payments.ts';
import { addSchedule, appointmentNow, book, claimOf, HOSPITAL, outcome } from './scene.ts';

const doer = { by: 'clerk-1' };
const stop = { institutionId: HOSPITAL, reason: '医生外出会诊', doer };

test('cancels every appointment by the hospital, owes fees back and punishes nobody', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 5, feeFen: 500 });
  const { scheduleId } = detail;
  const [unpaid, paid, held] = [
    await book(deps, detail, 'pat00001'),
    await book(deps, detail, 'pat00002'),
    await book(deps, detail, 'pat00003', { hold: true }),
  ];
  await payment(deps, paid, 'pay');
  await cancelSchedule(deps, { ...stop, scheduleId });
  for (const [appointment, charge] of [
    [unpaid, 'VOID'],
    [paid, 'REFUND_DUE'],
    [held, 'VOID'],
  ] as const) {
    expect(await appointmentNow(deps, appointment)).toMatchObject({
      status: 'CANCELLED_BY_HOSPITAL',
      endedReason: 'SCHEDULE_CANCELLED',
      charge: { status: charge },
    });
    const record = await records.get(deps.table, appointment.patientId, { consistent: true });
    expect(Object.values(record?.entries ?? {}).map((packed) => packed.charAt(0))).toEqual(['X']);
    expect(record?.bans).toEqual([]);
  }
  const claim = await claimOf(deps, scheduleId);
  expect(claim).toMatchObject({ status: 'CANCELLED', holders: {} });
  expect(claim.dueAt).toBeUndefined();
});

test('tells of it once, with who did it', async () => {
  const events: string[] = [];
  const deps = testDeps({
    memory: {
      onChange: ({ new: item }) => {
        const event = item && eventOf(item);
        if (event?.type === 'booking.schedule-cancelled') events.push(JSON.stringify(event.data));
      },
    },
  });
  const { scheduleId } = await addSchedule(deps);
  await cancelSchedule(deps, { ...stop, scheduleId });
  await cancelSchedule(deps, { ...stop, scheduleId });
  expect(events).toEqual([JSON.stringify({ scheduleId, institutionId: HOSPITAL, by: 'clerk-1' })]);
});

test('from then on nobody books, holds or adds', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  await cancelSchedule(deps, { ...stop, scheduleId: detail.scheduleId });
  expect(await outcome(book(deps, detail, 'pat00001'))).toBe('SCHEDULE_CANCELLED');
  const override = { channel: 'ONSITE', overrideReason: '院长特批' } as const;
  expect(await outcome(book(deps, detail, 'pat00002', override))).toBe('SCHEDULE_CANCELLED');
});

test('a patient who is with the doctor stays there', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  const [inside, outside] = [await book(deps, detail, 'pat00001'), await book(deps, detail, 'pat00002')];
  await appointments.update(deps.table, inside, { set: { status: 'IN_SERVICE' } });
  await appointments.update(deps.table, outside, { set: { status: 'CHECKED_IN' } });
  await cancelSchedule(deps, { ...stop, scheduleId: detail.scheduleId });
  expect((await appointmentNow(deps, inside)).status).toBe('IN_SERVICE');
  expect((await appointmentNow(deps, outside)).status).toBe('CANCELLED_BY_HOSPITAL');
});

test('a claim in flight comes to nothing: its number is free and its appointment cannot be written', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  let stopped = false;
  const table: typeof deps.table = {
    ...deps.table,
    put: async (item, options) => {
      if (!stopped && item.sk.startsWith('appointment#')) {
        stopped = true;
        await cancelSchedule(deps, { ...stop, scheduleId: detail.scheduleId });
      }
      return deps.table.put(item, options);
    },
  };
  expect(await outcome(book({ ...deps, table }, detail, 'pat00001'))).toBe('HOLD_LAPSED');
  expect((await claimOf(deps, detail.scheduleId)).holders).toEqual({});
  const record = await records.get(deps.table, 'pat00001', { consistent: true });
  expect(record?.entries).toEqual({});
});

test('a tick that began before the cancellation does not take its timer away', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps, { capacity: 3, quota: { COMMUNITY: 1 } });
  const booked = await book(deps, { scheduleId }, 'pat00001');
  let stopped = false;
  const dying: typeof deps.table = {
    ...deps.table,
    getMany: async () => {
      throw new Error('the process that cancels dies after its first write');
    },
  };
  const table: typeof deps.table = {
    ...deps.table,
    query: async (spec) => {
      if (!stopped) {
        stopped = true;
        await expect(cancelSchedule({ ...deps, table: dying }, { ...stop, scheduleId })).rejects.toThrow(
          'dies',
        );
      }
      return deps.table.query(spec);
    },
  };
  await tickSchedule({ ...deps, table }, scheduleId);
  expect(stopped).toBe(true);
  expect((await claimOf(deps, scheduleId)).dueAt).toBe('2026-03-02T00:00:00.000Z');
  await tickSchedule(deps, scheduleId);
  expect((await appointmentNow(deps, booked)).status).toBe('CANCELLED_BY_HOSPITAL');
});

test('a payment under way is waited for', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { feeFen: 500, paymentMode: 'ONLINE' });
  const paying = await book(deps, detail, 'pat00001');
  await payment(deps, paying, 'claim');
  await cancelSchedule(deps, { ...stop, scheduleId: detail.scheduleId });
  expect((await appointmentNow(deps, paying)).status).toBe('PENDING_PAYMENT');
  await payment(deps, paying, 'pay');
  deps.clock.advance(2 * 60_000);
  await tickSchedule(deps, detail.scheduleId);
  expect(await appointmentNow(deps, paying)).toMatchObject({
    status: 'CANCELLED_BY_HOSPITAL',
    charge: { status: 'REFUND_DUE' },
  });
});

test('is refused for a clinic that is over, of another house, or not there', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps);
  const elsewhere = { ...stop, institutionId: 'tcm-hospital', scheduleId };
  expect(await outcome(cancelSchedule(deps, elsewhere))).toBe('SCHEDULE_NOT_FOUND');
  expect(await outcome(cancelSchedule(deps, { ...stop, scheduleId: '20260306A-nobody' }))).toBe(
    'SCHEDULE_NOT_FOUND',
  );
  deps.clock.set('2026-03-06T02:00:00.000Z');
  await tickSchedule(deps, scheduleId);
  expect(await outcome(cancelSchedule(deps, { ...stop, scheduleId }))).toBe('SCHEDULE_ENDED');
});

test('alternatives are bookable clinics of the department, the same doctor and the nearest day first', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps);
  const sameDoctor = await addSchedule(deps, { day: '2026-03-08' });
  const nextDay = await addSchedule(deps, { day: '2026-03-07', practitionerId: 'doctor2' });
  const sameDay = await addSchedule(deps, { practitionerId: 'doctor3', half: 'P' });
  const full = await addSchedule(deps, { practitionerId: 'doctor4', capacity: 1 });
  await book(deps, full, 'pat00001');
  await addSchedule(deps, { practitionerId: 'doctor5', day: '2026-03-13' });
  await cancelSchedule(deps, { ...stop, scheduleId });
  const { alternatives } = await findAlternatives(deps, scheduleId);
  expect(alternatives.map((alternative) => alternative.scheduleId)).toEqual([
    sameDay.scheduleId,
    sameDoctor.scheduleId,
    nextDay.scheduleId,
  ]);
});
