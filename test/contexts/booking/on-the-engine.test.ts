import { afterAll, beforeAll, expect, test } from 'vitest';
import { addExtraNumber } from '../../../functions/booking/add-extra-number.ts';
import { appointmentAtDesk, checkIn } from '../../../functions/booking/attend.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { findWeek } from '../../../functions/booking/find-schedules.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { joinWaitlist } from '../../../functions/booking/waitlist.ts';
import type { Item } from '../../../shared/data/table.ts';
import type { Ids } from '../../../shared/kernel/ids.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { addPatient, addSchedule, book, claimOf, DEPARTMENT, HOSPITAL, outcome, sweep } from './scene.ts';

let engine: TableEngine;
beforeAll(async () => {
  engine = await startTableEngine();
});
afterAll(() => engine.stop());

const doer = { by: 'clerk-1' };

function countedIds(): Ids {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `id${String(count).padStart(18, '0')}`;
    },
  };
}

/** A little of everything that booking writes, in one order. */
async function aFewDays(deps: TestDeps): Promise<void> {
  const morning = await addSchedule(deps, {
    slotCount: 2,
    capacity: 3,
    quota: { COMMUNITY: 1 },
    feeFen: 500,
  });
  const later = await addSchedule(deps, { day: '2026-03-07', capacity: 2, feeFen: 500 });
  const full = await addSchedule(deps, { practitionerId: 'doctor2', capacity: 1 });
  const first = await book(deps, morning, 'pat00001', { slot: '09:00' });
  const held = await book(deps, morning, 'pat00002', { hold: true });
  await book(deps, morning, 'pat00003', { channel: 'COMMUNITY' });
  await confirmAppointment(deps, held, doer);
  await book(deps, morning, 'pat00004', { hold: true });
  const holder = await book(deps, full, 'pat00005');
  await addPatient(deps, 'pat00006');
  await joinWaitlist(
    deps,
    { scheduleId: full.scheduleId, patientId: 'pat00006' },
    { requestKey: 'wait-1', doer },
  );
  await cancelAppointment(deps, holder, { doer });
  const move = { channel: 'MINI_PROGRAM', doer } as const;
  const moved = await rescheduleAppointment(deps, {
    ...move,
    id: first,
    scheduleId: later.scheduleId,
    requestKey: 'move-1',
  });
  await rescheduleAppointment(deps, {
    ...move,
    id: held,
    scheduleId: morning.scheduleId,
    slot: '09:00',
    requestKey: 'move-2',
  });
  await addExtraNumber(deps, {
    institutionId: HOSPITAL,
    scheduleId: morning.scheduleId,
    slot: '10:00',
    reason: '加号',
    doer,
    requestKey: 'extra-1',
  });
  deps.clock.advance(16 * 60_000);
  await tickSchedule(deps, morning.scheduleId);
  await tickSchedule(deps, full.scheduleId);
  deps.clock.set('2026-03-04T10:00:00.000Z');
  await sweep(deps);
  await cancelSchedule(deps, { institutionId: HOSPITAL, scheduleId: later.scheduleId, reason: '停诊', doer });
  expect(await outcome(cancelAppointment(deps, moved, { doer }))).toBe('WRONG_STATE');
  deps.clock.set('2026-03-06T00:30:00.000Z');
  const desk = { institutionId: HOSPITAL, scheduleId: morning.scheduleId, patientId: 'pat00002' };
  await checkIn(deps, await appointmentAtDesk(deps, desk), doer);
  deps.clock.set('2026-03-06T02:50:00.000Z');
  await sweep(deps);
}

test('the same days leave the same items on the engine as in memory', async () => {
  const memory = testDeps({ ids: countedIds() });
  await aFewDays(memory);
  const real = testDeps({ ids: countedIds(), table: engine.table });
  await aFewDays(real);
  const items = memory.all().filter(({ pk }) => pk.startsWith('booking#'));
  const found = await engine.table.getMany(items, { consistent: true });
  const plain = (item: Item | undefined) => JSON.parse(JSON.stringify(item ?? null)) as unknown;
  expect(found.map(plain)).toEqual(items.map(plain));
  const place = { institutionId: HOSPITAL, departmentId: DEPARTMENT };
  expect(await findWeek(real, place, '2026-03-02')).toEqual(await findWeek(memory, place, '2026-03-02'));
});

test('I1, I2: forty patients at once on the engine get ten numbers, each one', async () => {
  const deps = testDeps({ table: engine.table });
  const detail = await addSchedule(deps, { practitionerId: 'doctor9', slotCount: 2, capacity: 5 });
  const patients = Array.from({ length: 40 }, (_, index) => `e${String(index).padStart(7, '0')}`);
  await Promise.all(patients.map((patientId) => addPatient(deps, patientId)));
  const outcomes = await Promise.all(patients.map((patientId) => outcome(book(deps, detail, patientId))));
  expect(outcomes.filter((one) => one === 'ok')).toHaveLength(10);
  expect(outcomes.filter((one) => one === 'SOLD_OUT')).toHaveLength(30);
  const claim = await claimOf(deps, detail.scheduleId);
  expect(new Set(Object.values(claim.holders).map((mark) => mark % 1000)).size).toBe(10);
  expect(Object.values(claim.free).flat()).toEqual([]);
});

test('more marks than one expression holds are settled in writes the engine takes', async () => {
  const deps = testDeps({ table: engine.table });
  const detail = await addSchedule(deps, { practitionerId: 'doctor8', slotCount: 4, capacity: 50 });
  const patients = Array.from({ length: 60 }, (_, index) => `m${String(index).padStart(7, '0')}`);
  for (const patientId of patients) await addPatient(deps, patientId);
  await Promise.all(patients.map((patientId) => book(deps, detail, patientId)));
  deps.clock.advance(16 * 60_000);
  await tickSchedule(deps, detail.scheduleId);
  const claim = await claimOf(deps, detail.scheduleId);
  expect(Math.max(...Object.values(claim.holders))).toBeLessThan(1000);
  expect(claim.dueAt).toBe('2026-03-04T10:00:00.000Z');
});
