import { describe, expect, test } from 'vitest';
import { addExtraNumber, type ExtraNumber } from '../../../functions/booking/add-extra-number.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { showSchedule } from '../../../functions/booking/find-schedules.ts';
import { records, schedules } from '../../../functions/booking/store.ts';
import { joinWaitlist, waitlistPlace } from '../../../functions/booking/waitlist.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testDeps } from '../../support/deps.ts';
import { policyValues } from './policy-values.ts';
import { addPatient, addSchedule, book, claimOf, HOSPITAL, outcome, sweep } from './scene.ts';

const doer = { by: 'clerk-1' };
/** 18:00 in China two days before the visit. */
const RELEASE = '2026-03-04T10:00:00.000Z';

describe('the community pool', () => {
  test('opens five days before the public one, to family doctors only', async () => {
    const deps = testDeps({ start: '2026-02-20T00:00:00.000Z' });
    const detail = await addSchedule(deps, { capacity: 3, quota: { COMMUNITY: 1 } });
    const community = { channel: 'COMMUNITY' } as const;
    deps.clock.set('2026-02-21T22:59:59.999Z');
    expect(await outcome(book(deps, detail, 'pat00001', community))).toBe('NOT_OPEN_YET');
    deps.clock.set('2026-02-21T23:00:00.000Z');
    expect((await book(deps, detail, 'pat00001', community)).pool).toBe('COMMUNITY');
    expect(await outcome(book(deps, detail, 'pat00002', community))).toBe('SOLD_OUT');
    expect(await outcome(book(deps, detail, 'pat00003'))).toBe('NOT_OPEN_YET');
    deps.clock.set('2026-02-26T23:00:00.000Z');
    expect((await book(deps, detail, 'pat00003')).pool).toBe('PUBLIC');
    // Family doctors take public numbers when their own are gone.
    expect((await book(deps, detail, 'pat00002', community)).pool).toBe('PUBLIC');
  });

  test('is never touched from home, however many numbers are left in it', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 2, quota: { COMMUNITY: 2 } });
    expect(await outcome(book(deps, detail, 'pat00001'))).toBe('SOLD_OUT');
  });

  test('I5: what is left of it joins the public pool at the release, number by number', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { slotCount: 2, capacity: 3, quota: { COMMUNITY: 2 } });
    const { scheduleId } = detail;
    await book(deps, detail, 'pat00001', { channel: 'COMMUNITY', slot: '09:00' });
    deps.clock.set('2026-03-04T09:59:59.999Z');
    await sweep(deps);
    expect((await claimOf(deps, scheduleId)).free).toEqual({ P0: [1], C0: [3], P1: [4], C1: [5, 6] });
    deps.clock.set(RELEASE);
    await sweep(deps);
    const claim = await claimOf(deps, scheduleId);
    expect(claim.free).toEqual({ P0: [1, 3], C0: [], P1: [4, 5, 6], C1: [] });
    expect(claim.capacity).toBe(6);
    expect((await book(deps, detail, 'pat00002', { slot: '10:00' })).pool).toBe('PUBLIC');
  });

  test('goes to who waits before it goes to the public', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 2, quota: { COMMUNITY: 1 } });
    const { scheduleId } = detail;
    await book(deps, detail, 'pat00001');
    await addPatient(deps, 'waiting1');
    await joinWaitlist(deps, { scheduleId, patientId: 'waiting1' }, { requestKey: 'request-1', doer });
    deps.clock.set(RELEASE);
    await sweep(deps);
    expect((await waitlistPlace(deps, { scheduleId, patientId: 'waiting1' })).entry.status).toBe('OFFERED');
  });

  test('a policy may let cancelled numbers go to the public at once', async () => {
    const values = { ...policyValues, cancelledNumberReturnsTo: 'PUBLIC' };
    const deps = testDeps({ city: cityWith('demo', 'booking', values) });
    const detail = await addSchedule(deps, { capacity: 1, quota: { COMMUNITY: 1 } });
    await cancelAppointment(deps, await book(deps, detail, 'pat00001', { channel: 'COMMUNITY' }), { doer });
    expect((await claimOf(deps, detail.scheduleId)).free).toEqual({ C0: [], P0: [1001] });
  });
});

describe('the window', () => {
  test('gives out its own numbers from the morning on, then public ones, until the clinic ends', async () => {
    const deps = testDeps({ start: '2026-03-05T00:00:00.000Z' });
    const detail = await addSchedule(deps, { slotCount: 2, capacity: 2, quota: { ONSITE: 1 } });
    const onSite = { channel: 'ONSITE' } as const;
    // Before the window opens it sells public numbers like everybody.
    expect((await book(deps, detail, 'pat00001', { ...onSite, slot: '09:00' })).pool).toBe('PUBLIC');
    deps.clock.set('2026-03-05T22:30:00.000Z');
    expect((await book(deps, detail, 'pat00002', { ...onSite, slot: '09:00' })).pool).toBe('ONSITE');
    deps.clock.set('2026-03-06T02:49:59.999Z');
    expect((await book(deps, detail, 'pat00003', onSite)).pool).toBe('ONSITE');
    expect(await outcome(book(deps, detail, 'pat00005'))).toBe('BOOKING_CLOSED');
    deps.clock.set('2026-03-06T02:50:00.000Z');
    expect(await outcome(book(deps, detail, 'pat00004', onSite))).toBe('SCHEDULE_ENDED, BOOKING_CLOSED');
  });

  test('prefers a slot that is not over, and gives out an earlier one when only that is left', async () => {
    const deps = testDeps({ start: '2026-03-05T00:00:00.000Z' });
    const detail = await addSchedule(deps, { slotCount: 2, capacity: 2, quota: { ONSITE: 2 } });
    const onSite = { channel: 'ONSITE' } as const;
    deps.clock.set('2026-03-06T02:10:00.000Z');
    const starts: string[] = [];
    for (const patientId of ['pat00001', 'pat00002', 'pat00003'])
      starts.push((await book(deps, detail, patientId, onSite)).slot.start);
    expect(starts).toEqual(['10:00', '10:00', '09:00']);
  });
});

test('the call centre books public numbers under the same rules and is named in the appointment', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { capacity: 2, quota: { ONSITE: 1 } });
  const byPhone = { channel: 'CALL_CENTRE', institutionId: HOSPITAL } as const;
  expect(await book(deps, detail, 'pat00001', byPhone)).toMatchObject({
    channel: 'CALL_CENTRE',
    pool: 'PUBLIC',
  });
  expect(await outcome(book(deps, detail, 'pat00002', byPhone))).toBe('SOLD_OUT');
});

describe('an override', () => {
  const override = { overrideReason: '院长特批', channel: 'ONSITE', institutionId: HOSPITAL } as const;
  const limits = [{ id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 1 }];
  const city = cityWith('demo', 'booking', { ...policyValues, limits, minimumAgeYears: 14 });

  test('sets window, limits, age and bans aside, and keeps its reason', async () => {
    const deps = testDeps({ city, start: '2026-02-20T00:00:00.000Z' });
    await addPatient(deps, 'pat00001', '2020-01-01');
    const ban = { rule: 'no-shows', from: '2026-02-01', until: '2026-03-20', cause: 'x' } as const;
    const entries = { '20260306P-doctor9_1': 'A|jx-hospital|cardiology|abcdefgh|' };
    await records.put(deps.table, 'pat00001', { version: 1, entries, bans: [ban] });
    const detail = await addSchedule(deps, { quota: { ONSITE: 1 } });
    expect(await outcome(book(deps, detail, 'pat00001', { channel: 'CALL_CENTRE' }))).toBe(
      'NOT_OPEN_YET, BANNED no-shows, TOO_YOUNG, LIMIT_REACHED same-day',
    );
    const booked = await book(deps, detail, 'pat00001', { ...override, requestKey: 'request-override' });
    expect(booked).toMatchObject({ status: 'BOOKED', overrideReason: '院长特批' });
  });

  test('I1: never goes over capacity and never into a clinic that is over', async () => {
    const deps = testDeps({ city });
    const detail = await addSchedule(deps, { capacity: 1 });
    await book(deps, detail, 'pat00001');
    const before = deps.all();
    await addPatient(deps, 'pat00002');
    expect(await outcome(book(deps, detail, 'pat00002', override))).toBe('SOLD_OUT');
    expect(deps.all().filter(({ pk }) => !pk.includes('pat00002'))).toEqual(before);
    const other = await addSchedule(deps, { practitionerId: 'doctor2' });
    deps.clock.set('2026-03-06T01:50:00.000Z');
    expect(await outcome(book(deps, other, 'pat00002', override))).toBe('SCHEDULE_ENDED');
  });
});

describe('an extra number', () => {
  async function scene() {
    const deps = testDeps();
    const { scheduleId } = await addSchedule(deps, { slotCount: 2, capacity: 2 });
    const extra: ExtraNumber = {
      institutionId: HOSPITAL,
      scheduleId,
      slot: '10:00',
      reason: '老病人复诊',
      doer,
      requestKey: 'request-1',
    };
    return { deps, scheduleId, extra };
  }

  test('makes capacity grow by one, for the window, with a reason', async () => {
    const { deps, scheduleId, extra } = await scene();
    expect(await addExtraNumber(deps, extra)).toBe(5);
    expect(await claimOf(deps, scheduleId)).toMatchObject({ capacity: 5, free: { O1: [5] } });
    const detail = await schedules.get(deps.table, scheduleId);
    expect(detail?.extraRequests).toEqual({
      'clerk-1:request-1': { number: 5, reason: '老病人复诊', by: 'clerk-1' },
    });
    expect((await showSchedule(deps, scheduleId)).slots.map(({ capacity }) => capacity)).toEqual([2, 3]);
    deps.clock.set('2026-03-05T22:30:00.000Z');
    const booked = await book(deps, { scheduleId }, 'pat00001', { channel: 'ONSITE' });
    expect(booked).toMatchObject({ token: 5, slot: { start: '10:00' }, pool: 'ONSITE' });
    await cancelAppointment(deps, booked, { doer, atDesk: true });
    expect((await claimOf(deps, scheduleId)).free['O1']).toEqual([1005]);
  });

  test('is added once however often the request is repeated, also at once', async () => {
    const { deps, scheduleId, extra } = await scene();
    const numbers = await Promise.all(Array.from({ length: 5 }, () => addExtraNumber(deps, extra)));
    expect(new Set(numbers)).toEqual(new Set([5]));
    expect(await addExtraNumber(deps, { ...extra, requestKey: 'request-2' })).toBe(6);
    expect((await claimOf(deps, scheduleId)).capacity).toBe(6);
  });

  test('is refused with nothing written', async () => {
    const { deps, scheduleId, extra } = await scene();
    const before = deps.all();
    expect(await outcome(addExtraNumber(deps, { ...extra, institutionId: 'tcm-hospital' }))).toBe(
      'SCHEDULE_NOT_FOUND',
    );
    expect(await outcome(addExtraNumber(deps, { ...extra, slot: '17:00' }))).toBe('NO_SUCH_SLOT');
    expect(deps.all()).toEqual(before);
    await cancelSchedule(deps, { institutionId: HOSPITAL, scheduleId, reason: '停诊', doer });
    expect(await outcome(addExtraNumber(deps, extra))).toBe('SCHEDULE_CANCELLED');
    const other = await addSchedule(deps, { practitionerId: 'doctor2' });
    deps.clock.set('2026-03-06T01:50:00.000Z');
    await sweep(deps);
    const late = { ...extra, scheduleId: other.scheduleId, slot: '09:00' };
    expect(await outcome(addExtraNumber(deps, late))).toBe('SCHEDULE_ENDED');
  });
});
