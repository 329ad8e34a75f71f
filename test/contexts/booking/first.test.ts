import { expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import { testDeps } from '../../support/deps.ts';
import { addSchedule, book, claimOf, sweep } from './scene.ts';

test('smoke', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 2 });
  const other = await addSchedule(deps, { capacity: 2, day: '2026-03-07' });
  const a = await book(deps, detail, 'p1');
  expect(a.status).toBe('BOOKED');
  const again = await book(deps, detail, 'p1');
  expect(again.appointmentId).toBe(a.appointmentId);
  const b = await book(deps, detail, 'p2', { hold: true });
  expect(b.status).toBe('HELD');
  await expect(book(deps, detail, 'p3')).rejects.toMatchObject({ code: 'SOLD_OUT' });
  deps.clock.advance(16 * 60_000);
  const c = await book(deps, detail, 'p3');
  expect(c.status).toBe('BOOKED');
  const moved = await rescheduleAppointment(deps, {
    id: c,
    scheduleId: other.scheduleId,
    channel: 'MINI_PROGRAM',
    requestKey: 'k4',
    doer: { by: 'acc' },
  });
  expect(moved.day).toBe('2026-03-07');
  const x = await cancelAppointment(deps, a, { doer: { by: 'acc' } });
  expect(x.status).toBe('CANCELLED_BY_PATIENT');
  await sweep(deps);
  console.log(
    JSON.stringify(await claimOf(deps, detail.scheduleId)),
    JSON.stringify(await claimOf(deps, other.scheduleId)),
  );
  console.log(deps.lines);
  console.log(deps.all().filter((i) => i.sk === 'record'));
});
