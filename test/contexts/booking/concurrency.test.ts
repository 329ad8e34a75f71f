import { describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import { records } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { joinWaitlist } from '../../../functions/booking/waitlist.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
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

/** Every call of all of them goes one step at a time, in turn: the closest race there is. */
function atOnce<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

function tally(outcomes: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(outcomes, (one) => one)].map(([name, group]) => [name, group.length]),
  );
}

async function clinics(deps: TestDeps, count: number) {
  const made = [];
  for (let index = 0; index < count; index += 1) {
    const day = addDays('2026-03-04', index % 5);
    made.push(await addSchedule(deps, { practitionerId: `doctor${index}`, day }));
  }
  await addPatient(deps, ME);
  return made;
}

test('I1, I2: fifty numbers and two hundred patients at once make fifty bookings', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { slotCount: 5, capacity: 10 });
  await atOnce(200, (index) => addPatient(deps, `r${String(index).padStart(7, '0')}`));
  const outcomes = await atOnce(200, (index) =>
    outcome(book(deps, detail, `r${String(index).padStart(7, '0')}`)),
  );
  expect(tally(outcomes)).toEqual({ ok: 50, SOLD_OUT: 150 });
  const marks = Object.values((await claimOf(deps, detail.scheduleId)).holders);
  expect(new Set(marks.map((mark) => mark % 1000)).size).toBe(50);
});

describe('I3: one patient books many clinics at once', () => {
  test.each([1, 2, 5])('a limit of %i holds, and every number over it is free again', async (max) => {
    const limits = [{ id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max }];
    const deps = testDeps({ city: cityWith('demo', 'booking', { ...policyValues, limits }) });
    const made = await clinics(deps, 20);
    const outcomes = await atOnce(20, (index) => outcome(book(deps, made[index] ?? { scheduleId: '' }, ME)));
    expect(tally(outcomes)).toEqual({ ok: max, 'LIMIT_REACHED seven-days': 20 - max });
    let free = 0;
    for (const { scheduleId } of made) free += await freeCount(deps, scheduleId);
    expect(free).toBe(60 - max);
    const record = await records.get(deps.table, ME, { consistent: true });
    expect(Object.keys(record?.entries ?? {})).toHaveLength(max);
  });

  test('a cancellation and a booking at once never leave two where one is allowed', async () => {
    const limits = [{ id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max: 1 }];
    const deps = testDeps({ city: cityWith('demo', 'booking', { ...policyValues, limits }) });
    const made = await clinics(deps, 3);
    const [first, ...others] = made;
    const booked = await book(deps, first ?? { scheduleId: '' }, ME);
    await Promise.all([
      cancelAppointment(deps, booked, { doer }),
      ...others.map((other) => outcome(book(deps, other, ME))),
    ]);
    const record = await records.get(deps.table, ME, { consistent: true });
    const active = Object.values(record?.entries ?? {}).filter((packed) => packed.startsWith('A'));
    expect(active.length).toBeLessThanOrEqual(1);
  });

  test('without a limit sixteen at once are all entered into one record', async () => {
    const deps = testDeps({ city: cityWith('demo', 'booking', policyValues) });
    const made = await clinics(deps, 16);
    const outcomes = await atOnce(16, (index) => outcome(book(deps, made[index] ?? { scheduleId: '' }, ME)));
    expect(tally(outcomes)).toEqual({ ok: 16 });
  });

  test('whoever loses too many races keeps the number, and has it by asking again', async () => {
    const deps = testDeps({ city: cityWith('demo', 'booking', policyValues) });
    const made = await clinics(deps, 40);
    const ask = (index: number) => outcome(book(deps, made[index] ?? { scheduleId: '' }, ME));
    const outcomes = await atOnce(40, ask);
    const again = outcomes.flatMap((one, index) => (one === 'CONFLICT' ? [index] : []));
    expect(again.length).toBeGreaterThan(0);
    for (const index of again) expect(await ask(index)).toBe('ok');
    const record = await records.get(deps.table, ME, { consistent: true });
    expect(Object.keys(record?.entries ?? {})).toHaveLength(40);
  });
});

describe('a request made many times at once', () => {
  test('is one booking', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 5 });
    await addPatient(deps, ME);
    const booked = await atOnce(10, () => book(deps, detail, ME));
    expect(new Set(booked.map(({ appointmentId }) => appointmentId)).size).toBe(1);
    expect(await freeCount(deps, detail.scheduleId)).toBe(4);
  });

  test('is one booking also when its first answer was cancelled meanwhile and reads lag', async () => {
    const deps = testDeps({ memory: { stale: { lag: () => 5_000, maxLag: 5_000 } } });
    const detail = await addSchedule(deps, { capacity: 5 });
    await addPatient(deps, ME);
    deps.clock.advance(10_000);
    const booked = await book(deps, detail, ME);
    await cancelAppointment(deps, booked, { doer });
    // Every read of the gate still shows the moment before the first booking.
    const again = await book(deps, detail, ME);
    expect(again).toMatchObject({ appointmentId: booked.appointmentId, status: 'CANCELLED_BY_PATIENT' });
    expect(await freeCount(deps, detail.scheduleId)).toBe(5);
  });

  test('with other keys is one booking all the same', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 5 });
    await addPatient(deps, ME);
    const outcomes = await atOnce(6, (index) =>
      outcome(book(deps, detail, ME, { requestKey: `request-${index}` })),
    );
    expect(tally(outcomes)).toEqual({ ok: 1, ALREADY_BOOKED: 5 });
  });

  test('moves an appointment once', async () => {
    const deps = testDeps();
    const from = await addSchedule(deps);
    const to = await addSchedule(deps, { day: '2026-03-07' });
    const id = await book(deps, from, ME);
    const order = {
      id,
      scheduleId: to.scheduleId,
      channel: 'MINI_PROGRAM',
      requestKey: 'request-move',
      doer,
    } as const;
    const moved = await atOnce(5, () => rescheduleAppointment(deps, order));
    expect(new Set(moved.map(({ appointmentId }) => appointmentId)).size).toBe(1);
    expect(await freeCount(deps, from.scheduleId)).toBe(3);
    expect(await freeCount(deps, to.scheduleId)).toBe(2);
  });
});

describe('what the gate reads may be old', () => {
  const lagging = () => testDeps({ memory: { stale: { lag: () => 5_000, maxLag: 5_000 } } });

  test('a patient who has just registered books', async () => {
    const deps = lagging();
    const detail = await addSchedule(deps);
    expect(await outcome(book(deps, detail, ME))).toBe('ok');
  });

  test('who has just cancelled is not refused for a limit that no longer stands', async () => {
    const limits = [{ id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 1 }];
    const deps = testDeps({
      city: cityWith('demo', 'booking', { ...policyValues, limits }),
      memory: { stale: { lag: () => 5_000, maxLag: 5_000 } },
    });
    const [one, two] = [await addSchedule(deps), await addSchedule(deps, { half: 'P' })];
    const booked = await book(deps, one, ME);
    deps.clock.advance(10_000);
    await cancelAppointment(deps, booked, { doer });
    expect(await outcome(book(deps, two, ME))).toBe('ok');
    // And the other way round: what was booked a moment ago counts.
    expect(await outcome(book(deps, one, ME, { requestKey: 'another' }))).toBe('LIMIT_REACHED same-day');
  });

  test('who has just cancelled here books here again', async () => {
    const deps = lagging();
    const detail = await addSchedule(deps);
    const booked = await book(deps, detail, ME);
    deps.clock.advance(10_000);
    await cancelAppointment(deps, booked, { doer });
    expect((await book(deps, detail, ME, { requestKey: 'another' })).status).toBe('BOOKED');
  });

  test('I1: numbers that seem free are not given out twice', async () => {
    const deps = lagging();
    const detail = await addSchedule(deps, { capacity: 2 });
    deps.clock.advance(10_000);
    const outcomes: string[] = [];
    for (let index = 0; index < 5; index += 1)
      outcomes.push(await outcome(book(deps, detail, `pat0000${index}`)));
    expect(tally(outcomes)).toEqual({ ok: 2, SOLD_OUT: 3 });
  });
});

test('I4: a request slower than its own hold leaves neither number nor entry behind', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps);
  let slow = true;
  const table: TestDeps['table'] = {
    ...deps.table,
    put: async (item, options) => {
      if (slow && item.sk === 'record') {
        slow = false;
        deps.clock.advance(16 * 60_000);
        await sweep(deps);
      }
      return deps.table.put(item, options);
    },
  };
  await addPatient(deps, ME);
  expect(await outcome(book({ ...deps, table }, detail, ME))).toBe('HOLD_LAPSED');
  expect(await freeCount(deps, detail.scheduleId)).toBe(3);
  expect((await records.get(deps.table, ME, { consistent: true }))?.entries).toEqual({});
  expect((await book(deps, detail, ME)).status).toBe('BOOKED');
});

describe('the timer', () => {
  test('comes back at once for a number kept while it was being set, whose giver died', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 1 });
    const { scheduleId } = detail;
    const booked = await book(deps, detail, 'holder01');
    await addPatient(deps, ME);
    await joinWaitlist(deps, { scheduleId, patientId: ME }, { requestKey: 'request-wait', doer });
    const dying: TestDeps['table'] = {
      ...deps.table,
      query: async (spec) => {
        const claim = await claimOf(deps, scheduleId);
        if (claim.holders['holder01'] === undefined) throw new Error('dead');
        return deps.table.query(spec);
      },
    };
    let given = false;
    const table: TestDeps['table'] = {
      ...deps.table,
      update: async (key, changes, options) => {
        if (!given && options?.timer !== undefined && Object.keys(changes).length === 0) {
          given = true;
          await cancelAppointment({ ...deps, table: dying }, booked, { doer });
        }
        return deps.table.update(key, changes, options);
      },
    };
    await tickSchedule({ ...deps, table }, scheduleId);
    expect((await claimOf(deps, scheduleId)).free).toEqual({ P0: [], W0: [1001] });
    await sweep(deps);
    expect(Object.keys((await claimOf(deps, scheduleId)).holders)).toEqual([ME]);
  });

  test('ticks at once, with bookings among them, do each thing once and leave the timer at the next', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { capacity: 6, quota: { COMMUNITY: 2 } });
    const held = await book(deps, detail, ME, { hold: true });
    deps.clock.advance(15 * 60_000);
    await addPatient(deps, 'pat00002');
    await addPatient(deps, 'pat00003');
    await Promise.all([
      tickSchedule(deps, detail.scheduleId),
      sweep(deps),
      book(deps, detail, 'pat00002', { hold: true }),
      tickSchedule(deps, detail.scheduleId),
      book(deps, detail, 'pat00003'),
      sweep(deps),
    ]);
    expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
    const claim = await claimOf(deps, detail.scheduleId);
    expect(Object.keys(claim.holders)).toEqual(['pat00002', 'pat00003']);
    expect(Date.parse(claim.dueAt ?? '')).toBeLessThanOrEqual(deps.clock.now() + 15 * 60_000);
    deps.clock.advance(15 * 60_000);
    await sweep(deps);
    deps.clock.advance(2 * 60_000);
    await sweep(deps);
    expect(Object.keys((await claimOf(deps, detail.scheduleId)).holders)).toEqual(['pat00003']);
  });

  test('a confirmation and the lapse at the same instant end the hold in one way', async () => {
    for (const [first, second] of [
      ['confirm', 'tick'],
      ['tick', 'confirm'],
    ]) {
      const deps = testDeps();
      const detail = await addSchedule(deps);
      const held = await book(deps, detail, ME, { hold: true });
      const work: Record<string, () => Promise<unknown>> = {
        confirm: () => outcome(confirmAppointment(deps, held, doer)),
        tick: () => tickSchedule(deps, detail.scheduleId),
      };
      deps.clock.set(held.heldUntil ?? '');
      await Promise.all([work[first ?? '']?.(), work[second ?? '']?.()]);
      expect((await appointmentNow(deps, held)).status).toBe('EXPIRED');
      expect(await freeCount(deps, detail.scheduleId)).toBe(3);
    }
  });
});
