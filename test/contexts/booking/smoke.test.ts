import { expect, test } from 'vitest';
import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import { claims } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { testDeps } from '../../support/deps.ts';
import { addSchedule } from './scene.ts';

test('smoke', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 2 });
  const other = await addSchedule(deps, { capacity: 2, day: '2026-03-07' });
  const order = {
    scheduleId: detail.scheduleId,
    hold: false,
    channel: 'MINI_PROGRAM' as const,
    bookedBy: 'acc',
  };
  const a = await bookAppointment(deps, { ...order, patientId: 'p1', requestKey: 'k1' });
  expect(a.status).toBe('BOOKED');
  const again = await bookAppointment(deps, { ...order, patientId: 'p1', requestKey: 'k1' });
  expect(again.appointmentId).toBe(a.appointmentId);
  const b = await bookAppointment(deps, { ...order, patientId: 'p2', requestKey: 'k2', hold: true });
  expect(b.status).toBe('HELD');
  await expect(bookAppointment(deps, { ...order, patientId: 'p3', requestKey: 'k3' })).rejects.toMatchObject({
    code: 'SOLD_OUT',
  });
  deps.clock.advance(16 * 60_000);
  const c = await bookAppointment(deps, { ...order, patientId: 'p3', requestKey: 'k3' });
  expect(c.status).toBe('BOOKED');
  const moved = await rescheduleAppointment(deps, {
    id: c,
    scheduleId: other.scheduleId,
    requestKey: 'k4',
    by: 'acc',
  });
  expect(moved.day).toBe('2026-03-07');
  const x = await cancelAppointment(deps, a, { by: 'acc' });
  expect(x.status).toBe('CANCELLED_BY_PATIENT');
  await tickSchedule(deps, detail.scheduleId);
  console.log(
    JSON.stringify(await claims.get(deps.table, detail.scheduleId)),
    JSON.stringify(await claims.get(deps.table, other.scheduleId)),
  );
  console.log(deps.lines);
});
