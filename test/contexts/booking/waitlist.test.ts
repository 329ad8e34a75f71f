import { expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { type Appointment, records } from '../../../functions/booking/store.ts';
import { joinWaitlist, leaveWaitlist, waitlistPlace } from '../../../functions/booking/waitlist.ts';
import type { City } from '../../../shared/policy/city.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { policyValues } from './policy-values.ts';
import { addPatient, addSchedule, appointmentNow, book, claimOf, HOSPITAL, outcome, sweep } from './scene.ts';

const doer = { by: 'account-1' };
const MINUTE = 60_000;

async function fullClinic(city?: City) {
  const deps = testDeps(city === undefined ? {} : { city });
  const { scheduleId, ...detail } = await addSchedule(deps, { capacity: 1 });
  const booked = await book(deps, { scheduleId }, 'holder01');
  return { deps, scheduleId, detail, booked };
}

async function join(
  deps: TestDeps,
  scheduleId: string,
  patientId: string,
  requestKey = `request-${patientId}`,
) {
  await addPatient(deps, patientId);
  deps.clock.advance(1);
  return joinWaitlist(deps, { scheduleId, patientId }, { requestKey, doer });
}

async function offerTo(deps: TestDeps, scheduleId: string, patientId: string): Promise<Appointment> {
  const { entry } = await waitlistPlace(deps, { scheduleId, patientId });
  return appointmentNow(deps, { patientId, appointmentId: entry.appointmentId ?? '' });
}

test('a freed number is held for the first in line, who confirms it', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  expect((await join(deps, scheduleId, 'first001')).ahead).toBe(0);
  expect((await join(deps, scheduleId, 'second01')).ahead).toBe(1);
  await cancelAppointment(deps, booked, { doer });
  const offer = await offerTo(deps, scheduleId, 'first001');
  expect(offer).toMatchObject({ status: 'HELD', offeredFromWaitlist: true });
  expect(Date.parse(offer.heldUntil ?? '') - deps.clock.now()).toBeGreaterThan(29 * MINUTE);
  expect((await waitlistPlace(deps, { scheduleId, patientId: 'second01' })).ahead).toBe(0);
  expect((await confirmAppointment(deps, offer, doer)).status).toBe('BOOKED');
});

test('nobody else gets a number that is kept for who waits', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await join(deps, scheduleId, 'first001');
  await cancelAppointment(deps, booked, { doer });
  expect(await outcome(book(deps, { scheduleId }, 'passerby'))).toBe('SOLD_OUT');
});

test('an offer that lapses goes to the next in line, and to the public when nobody is left', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await join(deps, scheduleId, 'first001');
  await join(deps, scheduleId, 'second01');
  await cancelAppointment(deps, booked, { doer });
  const first = await offerTo(deps, scheduleId, 'first001');
  deps.clock.advance(31 * MINUTE);
  await sweep(deps);
  expect((await appointmentNow(deps, first)).status).toBe('EXPIRED');
  expect((await waitlistPlace(deps, { scheduleId, patientId: 'first001' })).entry.status).toBe('CLOSED');
  expect((await offerTo(deps, scheduleId, 'second01')).status).toBe('HELD');
  deps.clock.advance(31 * MINUTE);
  await sweep(deps);
  expect((await claimOf(deps, scheduleId)).free).toMatchObject({ P0: [3001] });
  expect((await book(deps, { scheduleId }, 'passerby')).status).toBe('BOOKED');
});

test('an offer that is declined goes to the next in line', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await join(deps, scheduleId, 'first001');
  await join(deps, scheduleId, 'second01');
  await cancelAppointment(deps, booked, { doer });
  await cancelAppointment(deps, await offerTo(deps, scheduleId, 'first001'), { doer });
  expect((await offerTo(deps, scheduleId, 'second01')).status).toBe('HELD');
});

test('who leaves is passed over', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await join(deps, scheduleId, 'first001');
  await join(deps, scheduleId, 'second01');
  expect((await leaveWaitlist(deps, { scheduleId, patientId: 'first001' })).entry.status).toBe('LEFT');
  expect((await leaveWaitlist(deps, { scheduleId, patientId: 'first001' })).entry.status).toBe('LEFT');
  await cancelAppointment(deps, booked, { doer });
  expect((await offerTo(deps, scheduleId, 'second01')).status).toBe('HELD');
  expect(await outcome(leaveWaitlist(deps, { scheduleId, patientId: 'stranger' }))).toBe('NOT_WAITING');
});

test('who cannot take the number loses the turn, and the number goes on', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await join(deps, scheduleId, 'banned01');
  await join(deps, scheduleId, 'second01');
  const ban = { rule: 'no-shows', from: '2026-03-01', until: '2026-03-31', cause: 'x' } as const;
  await records.put(deps.table, 'banned01', { version: 1, entries: {}, bans: [ban] });
  await cancelAppointment(deps, booked, { doer });
  expect((await waitlistPlace(deps, { scheduleId, patientId: 'banned01' })).entry.status).toBe('CLOSED');
  expect((await offerTo(deps, scheduleId, 'second01')).status).toBe('HELD');
});

test('a repeated request joins once; another one is told that they wait already', async () => {
  const { deps, scheduleId } = await fullClinic();
  const first = await join(deps, scheduleId, 'first001');
  expect((await join(deps, scheduleId, 'first001')).entry).toEqual(first.entry);
  expect(await outcome(join(deps, scheduleId, 'first001', 'another'))).toBe('ALREADY_WAITING');
});

test('nobody joins while numbers are free, when the list is full, or for a clinic they may not book', async () => {
  const city = cityWith('demo', 'booking', {
    ...policyValues,
    waitlist: { offerMinutes: 30, maxPerSchedule: 1 },
  });
  const { deps, scheduleId, booked } = await fullClinic(city);
  const open = await addSchedule(deps, { day: '2026-03-07' });
  expect(await outcome(join(deps, open.scheduleId, 'first001'))).toBe('WAITLIST_NOT_NEEDED');
  expect(await outcome(join(deps, scheduleId, 'holder01'))).toBe('ALREADY_BOOKED');
  await join(deps, scheduleId, 'first001');
  expect(await outcome(join(deps, scheduleId, 'second01'))).toBe('WAITLIST_FULL');
  deps.clock.set('2026-03-05T12:00:00.000Z');
  expect(await outcome(join(deps, scheduleId, 'third001'))).toBe('BOOKING_CLOSED');
  expect(booked.status).toBe('BOOKED');
});

test('a number freed between the look and the joining is offered at once', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await addPatient(deps, 'first001');
  let cancelled = false;
  const table: TestDeps['table'] = {
    ...deps.table,
    put: async (item, options) => {
      if (!cancelled && item.sk.startsWith('waitlist#')) {
        cancelled = true;
        await cancelAppointment(deps, booked, { doer });
      }
      return deps.table.put(item, options);
    },
  };
  const request = { requestKey: 'request-1', doer };
  const { entry } = await joinWaitlist({ ...deps, table }, { scheduleId, patientId: 'first001' }, request);
  expect(entry.status).toBe('OFFERED');
});

test('two who offer at the same moment make one offer a person, and the list knows of both', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps, { capacity: 2 });
  const [one, two] = [
    await book(deps, { scheduleId }, 'holder01'),
    await book(deps, { scheduleId }, 'holder02'),
  ];
  await join(deps, scheduleId, 'first001');
  await join(deps, scheduleId, 'second01');
  let other = false;
  const table: TestDeps['table'] = {
    ...deps.table,
    put: async (item, options) => {
      // The first in line has a number and no appointment yet when another number comes free.
      if (!other && item.sk.startsWith('appointment#')) {
        other = true;
        await cancelAppointment(deps, two, { doer });
      }
      return deps.table.put(item, options);
    },
  };
  await cancelAppointment({ ...deps, table }, one, { doer });
  for (const patientId of ['first001', 'second01']) {
    expect((await waitlistPlace(deps, { scheduleId, patientId })).entry.status).toBe('OFFERED');
    expect((await offerTo(deps, scheduleId, patientId)).status).toBe('HELD');
  }
});

test('after the booking cut-off a freed number is public at once: the window may still give it out', async () => {
  const { deps, scheduleId, booked } = await fullClinic();
  await join(deps, scheduleId, 'first001');
  deps.clock.set('2026-03-05T12:00:00.000Z');
  await cancelAppointment(deps, booked, { doer, atDesk: true });
  expect((await claimOf(deps, scheduleId)).free).toEqual({ P0: [1001] });
  expect((await waitlistPlace(deps, { scheduleId, patientId: 'first001' })).entry.status).toBe('WAITING');
});

test('a list far longer than a page of the table is kept in order', async () => {
  const city = cityWith('demo', 'booking', {
    ...policyValues,
    waitlist: { offerMinutes: 30, maxPerSchedule: 500 },
  });
  const { deps, scheduleId, booked } = await fullClinic(city);
  await addPatient(deps, 'zzz00000');
  await join(deps, scheduleId, 'zzz00000');
  for (let index = 0; index < 130; index += 1)
    await join(deps, scheduleId, `pat${String(index).padStart(5, '0')}`);
  await cancelAppointment(deps, booked, { doer });
  expect((await offerTo(deps, scheduleId, 'zzz00000')).status).toBe('HELD');
});

test('when the clinic is cancelled or over nobody waits any more', async () => {
  const { deps, scheduleId } = await fullClinic();
  await join(deps, scheduleId, 'first001');
  await cancelSchedule(deps, { institutionId: HOSPITAL, scheduleId, reason: '停诊', doer });
  expect((await waitlistPlace(deps, { scheduleId, patientId: 'first001' })).entry.status).toBe('CLOSED');
  const other = await fullClinic();
  await join(other.deps, other.scheduleId, 'first001');
  other.deps.clock.set('2026-03-06T01:50:00.000Z');
  await sweep(other.deps);
  const place = await waitlistPlace(other.deps, { scheduleId: other.scheduleId, patientId: 'first001' });
  expect(place.entry.status).toBe('CLOSED');
});
