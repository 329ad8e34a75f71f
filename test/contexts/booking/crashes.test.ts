import { describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { booking } from '../../../functions/booking/context.ts';
import { createSchedule } from '../../../functions/booking/create-schedule.ts';
import { bookingPolicy } from '../../../functions/booking/policy.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import {
  type Appointment,
  type AppointmentId,
  appointments,
  type Claim,
  claims,
} from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { joinWaitlist } from '../../../functions/booking/waitlist.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { DomainEvent } from '../../../shared/data/table.ts';
import type { Deps } from '../../../shared/deps.ts';
import { createWorker } from '../../../shared/worker.ts';
import { broughtBy, onTheBus } from '../../support/bus.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type Accident, crashingTable } from '../../support/crashing-table.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { checkAtRest, RuleWatch } from './invariants.ts';
import { policyValues } from './policy-values.ts';
import { addPatient, addSchedule, book, DOCTOR, HOSPITAL, LAMBDA, outcome, slotsOf } from './scene.ts';

const ME = 'pat00001';
const doer = { by: 'account-1' };
const MINUTE = 60_000;
const ACCIDENTS: readonly Accident[] = ['before', 'after', 'unanswered'];

const city = cityWith('demo', 'booking', {
  ...policyValues,
  limits: [{ id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max: 1 }],
});

/** A city whose every write is held against the rules, whose processes may die, and whose events are kept. */
class Stage {
  readonly events: DomainEvent[] = [];
  readonly scene: TestDeps;
  readonly deps: Deps;

  constructor() {
    const watch = new RuleWatch(city.policy(bookingPolicy).at('2026-03-02'));
    const onChange = (change: Change): void => {
      watch.onChange(change);
      const event = broughtBy(change);
      if (event !== undefined) this.events.push(event);
    };
    this.scene = testDeps({ city, memory: { onChange } });
    this.deps = { ...this.scene, table: watch.watched(this.scene.table) };
  }

  /** Runs something whose nth write meets an accident. False: it came to its end without one. */
  async crash(nth: number, accident: Accident, work: (deps: Deps) => Promise<unknown>): Promise<boolean> {
    const { table, happened } = crashingTable(this.deps.table, { nth, accident });
    await work({ ...this.deps, table }).catch((error: unknown) => {
      if (!isAccident(error)) throw error;
    });
    return happened();
  }

  /** What happens by itself after a restart: events come, all of them, and due timers run, minute by minute. */
  async comeToRest(minutes: number): Promise<void> {
    await this.pass(minutes);
    checkAtRest(this.scene.all(), this.scene.clock.now());
  }

  async pass(minutes: number): Promise<void> {
    const worker = createWorker(booking, this.deps);
    const declared = new Set(booking.subscriptions.map(({ event }) => event));
    for (let passed = 0; passed <= minutes; passed += 1) {
      for (const event of this.events.splice(0))
        if (declared.has(event.type))
          await worker({ detail: onTheBus(event) } as Parameters<typeof worker>[0], LAMBDA);
      await worker({ sweep: true }, LAMBDA);
      this.scene.clock.advance(MINUTE);
    }
  }

  async claim(scheduleId: string): Promise<Claim> {
    const claim = await claims.get(this.scene.table, scheduleId, { consistent: true });
    if (claim === undefined) throw new Error('no such schedule');
    return claim;
  }

  async free(scheduleId: string): Promise<number> {
    return Object.values((await this.claim(scheduleId)).free).flat().length;
  }

  async status(id: AppointmentId): Promise<string | undefined> {
    return (await appointments.get(this.scene.table, id, { consistent: true }))?.status;
  }
}

/** Every accident at every write the work does; `check` sees the stage after each. */
async function atEveryWrite(run: (accident: Accident, nth: number) => Promise<boolean>): Promise<number> {
  let accidents = 0;
  for (const accident of ACCIDENTS) {
    for (let nth = 1; await run(accident, nth); nth += 1) accidents += 1;
  }
  return accidents;
}

describe('I4: wherever a booking dies, no number is lost', () => {
  test.each([true, false])('and the number is booked or free after its hold (hold: %s)', async (hold) => {
    const accidents = await atEveryWrite(async (accident, nth) => {
      const stage = new Stage();
      const { scheduleId } = await addSchedule(stage.deps, { capacity: 1 });
      await addPatient(stage.deps, ME);
      const happened = await stage.crash(nth, accident, (deps) => book(deps, { scheduleId }, ME, { hold }));
      await stage.comeToRest(20);
      const status = await stage.status({ patientId: ME, appointmentId: `${scheduleId}_1` });
      expect(await stage.free(scheduleId)).toBe(status === 'BOOKED' ? 0 : 1);
      // Nothing that came to nothing counts against the patient.
      if (status !== 'BOOKED')
        expect((await book(stage.deps, { scheduleId }, ME, { requestKey: 'another' })).status).toBe('BOOKED');
      return happened;
    });
    expect(accidents).toBe(9);
  });

  test('and the same request, made again, is one booking', async () => {
    await atEveryWrite(async (accident, nth) => {
      const stage = new Stage();
      const { scheduleId } = await addSchedule(stage.deps, { capacity: 1 });
      await addPatient(stage.deps, ME);
      const happened = await stage.crash(nth, accident, (deps) => book(deps, { scheduleId }, ME));
      const again = await book(stage.deps, { scheduleId }, ME);
      expect(again).toMatchObject({ status: 'BOOKED', token: 1 });
      await stage.comeToRest(20);
      expect(await stage.status(again)).toBe('BOOKED');
      expect(await stage.free(scheduleId)).toBe(0);
      return happened;
    });
  });

  test('and a refused one gives its number back', async () => {
    await atEveryWrite(async (accident, nth) => {
      const stage = new Stage();
      const taken = await addSchedule(stage.deps, { practitionerId: 'doctor2' });
      const { scheduleId } = await addSchedule(stage.deps, { capacity: 1 });
      await addPatient(stage.deps, ME);
      // Judged before the other booking, refused under the record's version after it.
      const work = async (deps: Deps) => {
        let booked = false;
        const table: Deps['table'] = {
          ...deps.table,
          update: async (key, changes, options) => {
            const outcome = await deps.table.update(key, changes, options);
            if (!booked && key.sk === 'claim') {
              booked = true;
              await book(stage.deps, taken, ME, { requestKey: 'the-other-booking' });
            }
            return outcome;
          },
        };
        const code = await outcome(book({ ...deps, table }, { scheduleId }, ME));
        expect(code).toBe('LIMIT_REACHED seven-days');
      };
      const happened = await stage.crash(nth, accident, work);
      await stage.comeToRest(20);
      if (happened || nth > 1) expect(await stage.free(scheduleId)).toBe(1);
      return happened;
    });
  });
});

/** The worker throws errors on under their own names. */
function isAccident(error: unknown): boolean {
  return error instanceof Error && (error.name === 'Crash' || error.name === 'TableUnavailable');
}

test('I4: wherever a confirmation dies, the hold is booked or lapses', async () => {
  await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps, { capacity: 1 });
    const held = await book(stage.deps, { scheduleId }, ME, { hold: true });
    const happened = await stage.crash(nth, accident, (deps) => confirmAppointment(deps, held, doer));
    await stage.comeToRest(20);
    const written = accident !== 'before' || !happened;
    expect(await stage.status(held)).toBe(written ? 'BOOKED' : 'EXPIRED');
    expect(await stage.free(scheduleId)).toBe(written ? 0 : 1);
    return happened;
  });
});

test('wherever a cancellation dies, it is whole or not at all', async () => {
  await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps, { capacity: 1, feeFen: 500 });
    const booked = await book(stage.deps, { scheduleId }, ME);
    const happened = await stage.crash(nth, accident, (deps) => cancelAppointment(deps, booked, { doer }));
    await stage.comeToRest(20);
    const cancelled = (await stage.status(booked)) === 'CANCELLED_BY_PATIENT';
    expect(cancelled).toBe(!(happened && nth === 1 && accident === 'before'));
    expect(await stage.free(scheduleId)).toBe(cancelled ? 1 : 0);
    return happened;
  });
});

test('wherever a move dies, both or neither has happened, and its repeat is one move', async () => {
  const accidents = await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const from = await addSchedule(stage.deps, { capacity: 1 });
    const to = await addSchedule(stage.deps, { capacity: 1, day: '2026-03-07' });
    const old = await book(stage.deps, from, ME);
    const move = (deps: Deps): Promise<Appointment> =>
      rescheduleAppointment(deps, {
        id: old,
        scheduleId: to.scheduleId,
        channel: 'MINI_PROGRAM',
        requestKey: 'request-move',
        doer,
      });
    const happened = await stage.crash(nth, accident, move);
    const moved = (await stage.status(old)) === 'CANCELLED_BY_PATIENT';
    expect([await stage.free(from.scheduleId), await stage.free(to.scheduleId)]).toEqual(
      moved ? [1, 0] : [0, 1],
    );
    expect((await move(stage.deps)).day).toBe('2026-03-07');
    await stage.comeToRest(20);
    expect([await stage.free(from.scheduleId), await stage.free(to.scheduleId)]).toEqual([1, 0]);
    return happened;
  });
  expect(accidents).toBe(3);
});

test('wherever an offer dies, the number is offered again or public, and nobody loses their turn', async () => {
  const accidents = await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps, { capacity: 1 });
    const booked = await book(stage.deps, { scheduleId }, 'holder01');
    for (const patientId of ['first001', 'second01']) {
      await addPatient(stage.deps, patientId);
      stage.scene.clock.advance(1);
      await joinWaitlist(stage.deps, { scheduleId, patientId }, { requestKey: `request-${patientId}`, doer });
    }
    const happened = await stage.crash(nth, accident, (deps) => cancelAppointment(deps, booked, { doer }));
    await stage.pass(3);
    if (happened && nth === 1 && accident === 'before') return true;
    // Within minutes the first in line has the offer, or the claim of a dead process still keeps it for them.
    expect(Object.keys((await stage.claim(scheduleId)).holders)).toEqual(['first001']);
    await stage.comeToRest(100);
    expect(await stage.free(scheduleId)).toBe(1);
    return happened;
  });
  expect(accidents).toBeGreaterThan(15);
});

test('wherever the cancellation of a schedule dies, every appointment is cancelled in the end', async () => {
  const accidents = await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps, { capacity: 3, feeFen: 500 });
    const ids: Appointment[] = [];
    for (const patientId of ['pat00001', 'pat00002'])
      ids.push(await book(stage.deps, { scheduleId }, patientId));
    const stop = { institutionId: HOSPITAL, scheduleId, reason: '停诊', doer };
    const happened = await stage.crash(nth, accident, (deps) => cancelSchedule(deps, stop));
    await stage.comeToRest(8);
    const done = !(happened && nth === 1 && accident === 'before');
    for (const id of ids) expect(await stage.status(id)).toBe(done ? 'CANCELLED_BY_HOSPITAL' : 'BOOKED');
    expect(await stage.free(scheduleId)).toBe(done ? 3 : 1);
    return happened;
  });
  expect(accidents).toBeGreaterThan(15);
});

test('wherever the end of a clinic dies, absence is counted once', async () => {
  await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps, { capacity: 3 });
    const absent = await book(stage.deps, { scheduleId }, ME);
    const held = await book(stage.deps, { scheduleId }, 'pat00002', { hold: true });
    stage.scene.clock.set('2026-03-06T01:50:00.000Z');
    const happened = await stage.crash(nth, accident, (deps) =>
      createWorker(booking, deps)({ sweep: true }, LAMBDA),
    );
    await stage.comeToRest(12);
    expect([await stage.status(absent), await stage.status(held)]).toEqual(['NO_SHOW', 'EXPIRED']);
    expect((await stage.claim(scheduleId)).status).toBe('ENDED');
    return happened;
  });
});

test('wherever a tick dies, pools are released and holds lapse all the same', async () => {
  await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps, { capacity: 3, quota: { COMMUNITY: 2 } });
    stage.scene.clock.set('2026-03-04T09:50:00.000Z');
    const held = await book(stage.deps, { scheduleId }, ME, { hold: true });
    const booked = await book(stage.deps, { scheduleId }, 'pat00002', { channel: 'COMMUNITY' });
    stage.scene.clock.set('2026-03-04T10:06:00.000Z');
    const happened = await stage.crash(nth, accident, (deps) => tickSchedule(deps, scheduleId));
    await stage.comeToRest(8);
    expect([await stage.status(held), await stage.status(booked)]).toEqual(['EXPIRED', 'BOOKED']);
    const { free } = await stage.claim(scheduleId);
    expect({ ...free, P0: free['P0']?.toSorted((a, b) => a - b) }).toEqual({ P0: [3, 1001], C0: [] });
    return happened;
  });
});

test('wherever the making of a schedule dies, it is there whole or not at all', async () => {
  await atEveryWrite(async (accident, nth) => {
    const stage = new Stage();
    const { scheduleId } = await addSchedule(stage.deps);
    const input = {
      practitionerId: DOCTOR,
      departmentId: 'cardiology',
      day: '2026-03-09',
      half: 'P',
      visitKind: 'general',
      feeFen: 0,
      paymentMode: 'ONSITE',
      room: undefined,
      slots: slotsOf({}),
      requestKey: 'request-make',
    } as const;
    const make = (deps: Deps) => createSchedule(deps, HOSPITAL, input);
    const happened = await stage.crash(nth, accident, make);
    expect(await make(stage.deps)).toBeDefined();
    expect(await stage.free(scheduleId)).toBe(3);
    await stage.comeToRest(2);
    return happened;
  });
});
