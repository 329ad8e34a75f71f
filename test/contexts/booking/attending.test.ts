import { describe, expect, test } from 'vitest';
import {
  appointmentAtDesk,
  checkIn,
  takeVisitStep,
  type VisitStep,
} from '../../../functions/booking/attend.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { appointments, records } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import type { Table } from '../../../shared/data/table.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testDeps } from '../../support/deps.ts';
import { payment } from './payments.ts';
import { policyValues } from './policy-values.ts';
import { addSchedule, appointmentNow, book, claimOf, HOSPITAL, outcome, sweep } from './scene.ts';

const ME = 'pat00001';
const doer = { by: 'clerk-1' };

describe('check-in', () => {
  test.each([
    ['2026-03-05T23:59:59.999Z', 'CHECK_IN_NOT_OPEN'],
    ['2026-03-06T00:00:00.000Z', 'ok'],
    ['2026-03-06T01:30:00.000Z', 'ok'],
    ['2026-03-06T01:30:00.001Z', 'CHECK_IN_TOO_LATE'],
  ])('from an hour before the slot to half an hour into it: at %s %s', async (at, expected) => {
    const deps = testDeps();
    const booked = await book(deps, await addSchedule(deps), ME);
    deps.clock.set(at);
    expect(await outcome(checkIn(deps, booked, doer))).toBe(expected);
    expect((await appointmentNow(deps, booked)).checkedInAt).toBe(expected === 'ok' ? at : undefined);
  });

  test('an on-site number is checked in as late as it is given out', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps);
    deps.clock.set('2026-03-06T01:45:00.000Z');
    const booked = await book(deps, detail, ME, { channel: 'ONSITE' });
    expect((await checkIn(deps, booked, doer)).status).toBe('CHECKED_IN');
  });

  test('a repeat answers as it was; a called patient does not check in again', async () => {
    const deps = testDeps();
    const booked = await book(deps, await addSchedule(deps), ME);
    expect(await outcome(checkIn(deps, { ...booked, appointmentId: '20260306A-doctor1_77' }, doer))).toBe(
      'APPOINTMENT_NOT_FOUND',
    );
    deps.clock.set('2026-03-06T01:00:00.000Z');
    const first = await checkIn(deps, booked, doer);
    expect(await checkIn(deps, booked, doer)).toEqual(first);
    await takeVisitStep(deps, booked, 'call', doer);
    expect(await outcome(checkIn(deps, booked, doer))).toBe('WRONG_STATE');
  });
});

describe('steps of a visit', () => {
  const STEPS: readonly VisitStep[] = ['call', 'miss', 'start', 'fulfil'];
  const ALLOWED: Record<string, readonly [VisitStep, string]> = {
    CHECKED_IN: ['call', 'CALLED'],
    IN_SERVICE: ['fulfil', 'FULFILLED'],
  };

  test.each(
    ['HELD', 'BOOKED', 'CHECKED_IN', 'CALLED', 'IN_SERVICE', 'NO_SHOW', 'EXPIRED'].flatMap((from) =>
      STEPS.map((step) => ({ from, step })),
    ),
  )('$step from $from', async ({ from, step }) => {
    const deps = testDeps();
    const booked = await book(deps, await addSchedule(deps), ME);
    await appointments.update(deps.table, booked, { set: { status: from } });
    const before = deps.all();
    const allowed =
      from === 'CALLED'
        ? { miss: 'CHECKED_IN', start: 'IN_SERVICE' }
        : Object.fromEntries([ALLOWED[from] ?? []]);
    const to = (allowed as Partial<Record<VisitStep, string>>)[step];
    const repeat =
      { call: 'CALLED', miss: 'CHECKED_IN', start: 'IN_SERVICE', fulfil: 'FULFILLED' }[step] === from;
    expect(await outcome(takeVisitStep(deps, booked, step, doer))).toBe(to || repeat ? 'ok' : 'WRONG_STATE');
    expect((await appointmentNow(deps, booked)).status).toBe(to ?? from);
    if (to === undefined) expect(deps.all()).toEqual(before);
  });
});

test('a desk finds the appointment by schedule and patient, also one that has ended', async () => {
  const deps = testDeps();
  const { scheduleId } = await addSchedule(deps);
  const place = { institutionId: HOSPITAL, scheduleId, patientId: ME };
  const elsewhere = { practitionerId: 'doctor1_1', institutionId: 'tcm-hospital' };
  await book(deps, await addSchedule(deps, elsewhere), ME);
  expect(await outcome(appointmentAtDesk(deps, place))).toBe('APPOINTMENT_NOT_FOUND');
  const booked = await book(deps, { scheduleId }, ME);
  expect(await appointmentAtDesk(deps, place)).toMatchObject({ appointmentId: booked.appointmentId });
  await cancelAppointment(deps, booked, { doer });
  expect(await appointmentAtDesk(deps, place)).toMatchObject({ appointmentId: booked.appointmentId });
  expect(await outcome(appointmentAtDesk(deps, { ...place, institutionId: 'tcm-hospital' }))).toBe(
    'SCHEDULE_NOT_FOUND',
  );
});

describe('the end of a clinic', () => {
  const city = cityWith('demo', 'booking', {
    ...policyValues,
    penalties: [
      {
        id: 'no-shows',
        event: 'no-show',
        period: { kind: 'calendar-year' },
        steps: [{ count: 1, ban: { kind: 'days', days: 30 } }],
      },
    ],
  });

  test('absent patients become no-shows with a ban; who came stays as they are', async () => {
    const deps = testDeps({ city });
    const detail = await addSchedule(deps, { capacity: 5, feeFen: 500 });
    const [absent, paid, waiting, seen, held] = [
      await book(deps, detail, 'absent01'),
      await book(deps, detail, 'paid0001'),
      await book(deps, detail, 'waiting1'),
      await book(deps, detail, 'seen0001'),
      await book(deps, detail, 'held0001', { hold: true }),
    ];
    await payment(deps, paid, 'pay');
    await appointments.update(deps.table, waiting, { set: { status: 'CHECKED_IN' } });
    await appointments.update(deps.table, seen, { set: { status: 'FULFILLED' } });
    deps.clock.set('2026-03-06T01:50:00.000Z');
    await sweep(deps);
    expect(await appointmentNow(deps, absent)).toMatchObject({
      status: 'NO_SHOW',
      charge: { status: 'VOID' },
    });
    expect(await appointmentNow(deps, paid)).toMatchObject({ status: 'NO_SHOW', charge: { status: 'PAID' } });
    expect((await appointmentNow(deps, waiting)).status).toBe('CHECKED_IN');
    expect((await appointmentNow(deps, seen)).status).toBe('FULFILLED');
    expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
    const claim = await claimOf(deps, detail.scheduleId);
    expect(claim.status).toBe('ENDED');
    expect(claim.dueAt).toBeUndefined();
    const record = await records.get(deps.table, 'absent01', { consistent: true });
    expect(record?.bans.map(({ until }) => until)).toEqual(['2026-04-04']);
    expect((await records.get(deps.table, 'waiting1', { consistent: true }))?.bans).toEqual([]);
  });

  test('who is still waiting is called and seen after the hour', async () => {
    const deps = testDeps();
    const booked = await book(deps, await addSchedule(deps), ME);
    await appointments.update(deps.table, booked, { set: { status: 'CHECKED_IN' } });
    deps.clock.set('2026-03-06T02:30:00.000Z');
    await sweep(deps);
    for (const step of ['call', 'start', 'fulfil'] as const) await takeVisitStep(deps, booked, step, doer);
    expect((await appointmentNow(deps, booked)).status).toBe('FULFILLED');
  });

  test('a number taken while the clinic ends is settled too', async () => {
    const deps = testDeps({ city });
    const detail = await addSchedule(deps);
    deps.clock.set('2026-03-06T01:49:00.000Z');
    let booked = false;
    const table: Table = {
      ...deps.table,
      update: async (key, changes, options) => {
        if (!booked && changes.set?.['status'] === 'ENDED') {
          booked = true;
          deps.clock.set('2026-03-06T01:49:59.999Z');
          await book(deps, detail, ME, { channel: 'ONSITE' });
          deps.clock.set('2026-03-06T01:50:00.000Z');
        }
        return deps.table.update(key, changes, options);
      },
    };
    deps.clock.set('2026-03-06T01:50:00.000Z');
    await tickSchedule({ ...deps, table }, detail.scheduleId);
    expect(
      (await appointmentNow(deps, { patientId: ME, appointmentId: `${detail.scheduleId}_1` })).status,
    ).toBe('NO_SHOW');
  });

  test('whoever checks in at the last moment is no no-show', async () => {
    const deps = testDeps({ city });
    const detail = await addSchedule(deps);
    deps.clock.set('2026-03-06T01:49:00.000Z');
    const booked = await book(deps, detail, ME, { channel: 'ONSITE' });
    let checkedIn = false;
    const table: Table = {
      ...deps.table,
      update: async (key, changes, options) => {
        if (!checkedIn && changes.set?.['status'] === 'NO_SHOW') {
          checkedIn = true;
          await checkIn(deps, booked, doer);
        }
        return deps.table.update(key, changes, options);
      },
    };
    deps.clock.set('2026-03-06T01:50:00.000Z');
    await tickSchedule({ ...deps, table }, detail.scheduleId);
    expect((await appointmentNow(deps, booked)).status).toBe('CHECKED_IN');
    deps.clock.advance(2 * 60_000);
    await sweep(deps);
    expect((await appointmentNow(deps, booked)).status).toBe('CHECKED_IN');
    expect((await claimOf(deps, detail.scheduleId)).dueAt).toBeUndefined();
  });

  test('I6: a ban closes online booking and never the window', async () => {
    const deps = testDeps({ city });
    const missed = await addSchedule(deps, { day: '2026-03-02' });
    await book(deps, missed, ME, { channel: 'ONSITE' });
    deps.clock.set('2026-03-02T02:00:00.000Z');
    await sweep(deps);
    const detail = await addSchedule(deps, { visitKind: 'general' });
    deps.clock.set('2026-03-05T22:45:00.000Z');
    expect(await outcome(book(deps, detail, ME))).toBe('BANNED no-shows');
    expect(await outcome(book(deps, detail, ME, { channel: 'CALL_CENTRE' }))).toBe('BANNED no-shows');
    expect(await outcome(book(deps, detail, ME, { channel: 'ONSITE' }))).toBe('ok');
  });

  test('I6: no policy can name the window among the channels a ban closes', () => {
    const values = { ...policyValues, bannedChannels: ['ONSITE'] };
    const broken = cityWith('demo', 'booking', values);
    const deps = testDeps({ city: broken });
    return expect(addSchedule(deps)).rejects.toThrow('bannedChannels');
  });
});
