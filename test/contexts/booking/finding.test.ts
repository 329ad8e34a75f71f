import { expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { findWeek, showSchedule } from '../../../functions/booking/find-schedules.ts';
import { listAppointments, listAtDesk } from '../../../functions/booking/list-appointments.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testDeps } from '../../support/deps.ts';
import { policyValues } from './policy-values.ts';
import { addPatient, addSchedule, book, DEPARTMENT, HOSPITAL, outcome, sweep } from './scene.ts';

const doer = { by: 'clerk-1' };
const place = { institutionId: HOSPITAL, departmentId: DEPARTMENT };

test('a week lists each doctor once, with what can be booked from home now', async () => {
  const deps = testDeps();
  const morning = await addSchedule(deps, { quota: { COMMUNITY: 1 } });
  await addSchedule(deps, { half: 'P' });
  const stopped = await addSchedule(deps, { day: '2026-03-07' });
  await addSchedule(deps, { day: '2026-03-08', practitionerId: 'doctor2', feeFen: 500 });
  await addSchedule(deps, { day: '2026-03-09', practitionerId: 'doctor2', feeFen: 500 });
  await book(deps, morning, 'pat00001');
  await cancelSchedule(deps, { ...place, scheduleId: stopped.scheduleId, reason: '停诊', doer });
  expect(await findWeek(deps, place, '2026-03-02')).toEqual({
    from: '2026-03-02',
    days: 7,
    practitioners: [
      {
        id: 'doctor1',
        name: '测试医生',
        title: 'chief',
        kind: 'expert',
        feeFen: 0,
        free: ['', '', '', '', 'A1P3', 'A-', ''],
      },
      {
        id: 'doctor2',
        name: '测试医生',
        title: 'chief',
        kind: 'expert',
        feeFen: 500,
        // The eighth day is not of this week.
        free: ['', '', '', '', '', '', 'A3'],
      },
    ],
  });
});

test('a clinic that is not open yet, or closed for home, shows nothing free', async () => {
  const deps = testDeps({ start: '2026-02-26T00:00:00.000Z' });
  await addSchedule(deps);
  const freeAt = async (at: string) => {
    deps.clock.set(at);
    return (await findWeek(deps, place, '2026-03-02')).practitioners[0]?.free[4];
  };
  expect(await freeAt('2026-02-26T22:59:59.999Z')).toBe('A0');
  expect(await freeAt('2026-02-26T23:00:00.000Z')).toBe('A3');
  expect(await freeAt('2026-03-05T11:59:59.999Z')).toBe('A3');
  expect(await freeAt('2026-03-05T12:00:00.000Z')).toBe('A0');
});

test('a general clinic counts only slots that still take bookings', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps, { visitKind: 'general', slotCount: 2 });
  deps.clock.set('2026-03-06T00:30:00.000Z');
  expect((await findWeek(deps, place, '2026-03-06')).practitioners[0]?.free[0]).toBe('A3');
  expect((await showSchedule(deps, scheduleId)).slots.map(({ bookableUntil }) => bookableUntil)).toEqual([
    '2026-03-06T00:30:00.000Z',
    '2026-03-06T01:30:00.000Z',
  ]);
});

test('a schedule shows what is free in each pool that is open', async () => {
  const deps = testDeps({ start: '2026-02-22T00:00:00.000Z' });
  const { scheduleId } = await addSchedule(deps, { quota: { COMMUNITY: 1, ONSITE: 1 } });
  expect((await showSchedule(deps, scheduleId)).slots[0]?.free).toEqual({
    PUBLIC: 0,
    COMMUNITY: 1,
    REFERRAL: 0,
    ONSITE: 0,
  });
  expect(await outcome(showSchedule(deps, '20260306A-nobody'))).toBe('SCHEDULE_NOT_FOUND');
});

test('a patient’s appointments come page by page, the latest visit first, without what came to nothing', async () => {
  const deps = testDeps({ city: cityWith('demo', 'booking', policyValues) });
  await addPatient(deps, 'pat00001');
  const days: string[] = [];
  for (let index = 0; index < 25; index += 1) {
    const detail = await addSchedule(deps, {
      practitionerId: `doctor${index}`,
      day: index < 12 ? '2026-03-05' : '2026-03-06',
    });
    if (index === 20) {
      // Its process dies before the appointment is written; the timer gives the number back.
      const dying = { ...deps.table, put: () => Promise.reject(new Error('dead')) };
      await expect(book({ ...deps, table: dying }, detail, 'pat00001')).rejects.toThrow('dead');
      deps.clock.advance(16 * 60_000);
      await sweep(deps);
    } else {
      await book(deps, detail, 'pat00001');
      days.push(detail.day);
    }
  }
  const first = await listAppointments(deps, 'pat00001', undefined);
  const second = await listAppointments(deps, 'pat00001', first.next);
  expect(second.next).toBeUndefined();
  const listed = [...first.appointments, ...second.appointments];
  expect(listed).toHaveLength(24);
  expect(listed.map(({ day }) => day)).toEqual(days.toSorted().toReversed());
  expect(await outcome(listAppointments(deps, 'pat00002', first.next))).toBe('INVALID_REQUEST');
});

test('the desk sees who has a number, by number, and only of its own house', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps);
  for (const patientId of ['pat00003', 'pat00001', 'pat00002']) await book(deps, { scheduleId }, patientId);
  const gone = await book(deps, await addSchedule(deps, { practitionerId: 'doctor2' }), 'pat00004');
  await cancelAppointment(deps, gone, { doer });
  const { appointments } = await listAtDesk(deps, { institutionId: HOSPITAL, scheduleId });
  expect(appointments.map(({ patientId, number }) => [patientId, number])).toEqual([
    ['pat00003', 1],
    ['pat00001', 2],
    ['pat00002', 3],
  ]);
  expect(await outcome(listAtDesk(deps, { institutionId: 'tcm-hospital', scheduleId }))).toBe(
    'SCHEDULE_NOT_FOUND',
  );
});
