import { addExtraNumber } from '../../../functions/booking/add-extra-number.ts';
import { checkIn, takeVisitStep } from '../../../functions/booking/attend.ts';
import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { booking } from '../../../functions/booking/context.ts';
import { bookingPolicy } from '../../../functions/booking/policy.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import type { Appointment, AppointmentId } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { joinWaitlist, leaveWaitlist } from '../../../functions/booking/waitlist.ts';
import { patientProfileKey } from '../../../shared/access/patient-view.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Deps } from '../../../shared/deps.ts';
import { createWorker } from '../../../shared/worker.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, type Operation, Turns } from '../../support/interleaving.ts';
import { checkAtRest, RuleWatch } from './invariants.ts';
import { type PaymentStep, payment, quietPayment } from './payments.ts';
import { policyValues } from './policy-values.ts';
import { addSchedule, HOSPITAL, LAMBDA } from './scene.ts';

/** A city whose limits and penalties are soon reached. */
const city = cityWith('demo', 'booking', {
  ...policyValues,
  cutoffs: {
    book: {
      general: { kind: 'minutes', before: 'slot', minutes: 10 },
      expert: { kind: 'minutes', before: 'slot', minutes: 10 },
    },
    cancel: {
      general: { kind: 'minutes', before: 'slot', minutes: 30 },
      expert: { kind: 'minutes', before: 'half-day', minutes: 0 },
    },
  },
  limits: [
    { id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 1 },
    { id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max: 2 },
  ],
  penalties: [
    {
      id: 'no-show',
      event: 'no-show',
      period: { kind: 'calendar-year' },
      steps: [{ count: 1, ban: { kind: 'days', days: 30 } }],
    },
    {
      id: 'cancellations',
      event: 'cancellation',
      period: { kind: 'calendar-month' },
      steps: [{ count: 2, ban: { kind: 'days', days: 10 } }],
    },
  ],
  waitlist: { offerMinutes: 10, maxPerSchedule: 3 },
});

/** Starts shortly before something happens by itself: an ordinary hour, the release, the clinic, its end. */
const STARTS = [
  '2026-03-02T00:00:00.000Z',
  '2026-03-04T09:45:00.000Z',
  '2026-03-06T00:30:00.000Z',
  '2026-03-06T01:30:00.000Z',
  '2026-03-06T02:35:00.000Z',
];
const PATIENTS = ['pat00001', 'pat00002', 'pat00003', 'pat00004', 'pat00005'];
/** How often a write is not done, or done and not answered. */
const MISFORTUNE = 0.02;

export interface HistoryResult {
  readonly writes: number;
  /** How often each operation succeeded or was refused, by name and code. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** Runs one random history with every await interleaved, and holds every write against the rules. */
export async function runHistory(seed: number, operations: number): Promise<HistoryResult> {
  const history = new History(seed);
  await history.prepare();
  const outcomes = await history.run(operations);
  await history.rest();
  return { writes: history.watch.writes, outcomes };
}

/** Two payers at once: what the one has claimed the other must not move. */
const SETTLEMENTS = ['settlement-1', 'settlement-2'] as const;

/** The lock of a charge did not take the step. */
class Refused extends Error {}

class History {
  readonly watch = new RuleWatch(city.policy(bookingPolicy).at('2026-03-02'));
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #events: string[] = [];
  readonly #appointments: AppointmentId[] = [];
  /** As they were first written: a charge's facts never change. */
  readonly #charged: Appointment[] = [];
  readonly #schedules: string[] = [];
  readonly #deps: Deps;
  readonly #scene: TestDeps;

  constructor(seed: number) {
    const dice = new Dice(seed);
    const turns = new Turns(dice, MISFORTUNE);
    this.#dice = dice;
    this.#turns = turns;
    const stale = { lag: () => (turns.isOn && dice.next() < 0.3 ? 60_000 : 0), maxLag: 60_000 };
    const onChange = (change: Change): void => {
      this.watch.onChange(change);
      this.#heard(change);
    };
    this.#scene = testDeps({ city, memory: { onChange, stale } });
    this.#deps = { ...this.#scene, table: turns.table(this.watch.watched(this.#scene.table)) };
  }

  async prepare(): Promise<void> {
    const scene = { ...this.#scene, table: this.watch.watched(this.#scene.table) };
    for (const patientId of PATIENTS)
      await scene.table.put({
        ...patientProfileKey(patientId),
        profile: 'never opened here',
        synthetic: true,
      });
    const days = ['2026-03-06', '2026-03-06', '2026-03-07'] as const;
    for (const [index, day] of days.entries()) {
      const capacity = 1 + this.#dice.below(3);
      const apart = this.#dice.below(capacity + 1);
      const { scheduleId } = await addSchedule(scene, {
        practitionerId: `doctor${index}`,
        day,
        capacity,
        slotCount: 1 + this.#dice.below(2),
        quota: this.#dice.next() < 0.5 ? { COMMUNITY: apart } : { ONSITE: Math.min(1, apart) },
        visitKind: this.#dice.next() < 0.5 ? 'general' : 'expert',
        feeFen: this.#dice.next() < 0.5 ? 500 : 0,
        paymentMode: this.#dice.next() < 0.6 ? 'ONLINE' : 'ONSITE',
      });
      this.#schedules.push(scheduleId);
    }
    this.watch.check();
    this.#scene.clock.set(this.#dice.pick(STARTS));
  }

  run(operations: number): Promise<Map<string, number>> {
    return interleave(operations, {
      dice: this.#dice,
      turns: this.#turns,
      starts: 0.25,
      passes: 0.015,
      next: () => this.#operation(),
      passTime: () => this.#scene.clock.advance(this.#dice.below(20) * 60_000),
      endingOf: (error) => (error instanceof Refused ? 'refused' : undefined),
    });
  }

  /** Everything that is left happens: holds lapse, clinics end, events arrive. Then all must be in its place. */
  async rest(): Promise<void> {
    this.#turns.isOn = false;
    const deps = { ...this.#scene, table: this.watch.watched(this.#scene.table) };
    for (const appointment of this.#charged)
      for (const settlement of SETTLEMENTS)
        await quietPayment(deps, appointment, this.#dice.pick(['pay', 'open'] as const), settlement);
    for (let round = 0; round < 12; round += 1) {
      this.#scene.clock.advance(3 * 60_000);
      await this.#everything(deps);
    }
    checkAtRest(this.#scene.all(), this.#scene.clock.now());
    this.#scene.clock.advance(6 * 24 * 3_600_000);
    for (let round = 0; round < 4; round += 1) {
      this.#scene.clock.advance(3 * 60_000);
      await this.#everything(deps);
    }
    checkAtRest(this.#scene.all(), this.#scene.clock.now());
  }

  async #everything(deps: Deps): Promise<void> {
    const worker = createWorker(booking, deps);
    await worker({ sweep: true }, LAMBDA);
    while (this.#events.length > 0) await this.#deliver(deps);
  }

  #heard({ key, old, new: item }: Change): void {
    if (item === undefined) return;
    if (typeof item['event'] === 'string' && item['eventId'] !== old?.['eventId'])
      this.#events.push(item['event']);
    if (key.sk.startsWith('appointment#') && old === undefined)
      this.#appointments.push({
        patientId: String(item['patientId']),
        appointmentId: String(item['appointmentId']),
      });
    if (key.sk.startsWith('appointment#') && old === undefined && item['charge'] !== undefined)
      this.#charged.push(item as unknown as Appointment);
  }

  /** Events come in any order, and one in five twice. */
  async #deliver(deps: Deps): Promise<void> {
    const index = this.#dice.below(this.#events.length);
    const event = this.#dice.next() < 0.2 ? this.#events[index] : this.#events.splice(index, 1)[0];
    if (event === undefined) return;
    const { type } = JSON.parse(event) as { type: string };
    if (!booking.subscriptions.some((subscription) => subscription.event === type)) {
      this.#events.splice(this.#events.indexOf(event) >>> 0, 1);
      return;
    }
    const worker = createWorker(booking, deps);
    try {
      await worker({ detail: { type, event } } as Parameters<typeof worker>[0], LAMBDA);
    } catch (error) {
      // The bus delivers again what was not taken.
      this.#events.push(event);
      throw error;
    }
  }

  #operation(): Operation {
    const deps = this.#deps;
    const patientId = this.#dice.pick(PATIENTS);
    const scheduleId = this.#dice.pick(this.#schedules);
    const requestKey = `request-${this.#dice.below(4)}`;
    const slot = this.#dice.pick([undefined, undefined, '09:00', '10:00']);
    const wanted = slot === undefined ? {} : { slot };
    const doer = { by: 'account-1' };
    if (this.#charged.length > 0 && this.#dice.next() < 0.25) return this.#payment();
    const dice = this.#dice.next();
    if (dice < 0.4 || this.#appointments.length === 0) {
      const channel = this.#dice.pick(['MINI_PROGRAM', 'MINI_PROGRAM', 'COMMUNITY', 'ONSITE'] as const);
      const hold = this.#dice.next() < 0.5;
      const order = { patientId, scheduleId, channel, hold, requestKey, doer, ...wanted };
      return ['book', () => bookAppointment(deps, order)];
    }
    const id = this.#dice.pick(this.#appointments);
    if (dice < 0.48) return ['confirm', () => confirmAppointment(deps, id, doer)];
    if (dice < 0.58) return ['cancel', () => cancelAppointment(deps, id, { doer })];
    if (dice < 0.66) {
      const order = { id, scheduleId, channel: 'MINI_PROGRAM' as const, requestKey, doer, ...wanted };
      return ['reschedule', () => rescheduleAppointment(deps, order)];
    }
    if (dice < 0.72)
      return ['join', () => joinWaitlist(deps, { scheduleId, patientId }, { requestKey, doer })];
    if (dice < 0.74) return ['leave', () => leaveWaitlist(deps, { scheduleId, patientId })];
    if (dice < 0.79) return ['check-in', () => checkIn(deps, id, doer)];
    if (dice < 0.82) {
      const step = this.#dice.pick(['call', 'miss', 'start', 'fulfil'] as const);
      return [step, () => takeVisitStep(deps, id, step, doer)];
    }
    if (dice < 0.88) return ['sweep', () => createWorker(booking, deps)({ sweep: true }, LAMBDA)];
    if (dice < 0.91) return ['tick', () => tickSchedule(deps, scheduleId)];
    if (dice < 0.97) return ['deliver', () => this.#deliver(deps)];
    if (dice < 0.982) {
      const extra = {
        institutionId: HOSPITAL,
        scheduleId,
        slot: slot ?? '09:00',
        reason: '加号',
        doer,
        requestKey,
      };
      return ['extra', () => addExtraNumber(deps, extra)];
    }
    if (dice < 0.99) {
      const stop = { institutionId: HOSPITAL, scheduleId, reason: '停诊', doer };
      return ['stop', () => cancelSchedule(deps, stop)];
    }
    return ['tick', () => tickSchedule(deps, scheduleId)];
  }

  /** What payment does to the lock of a charge; booking hears of it at once, or when the stream tells it. */
  #payment(): Operation {
    const appointment = this.#dice.pick(this.#charged);
    const step: PaymentStep = this.#dice.pick(['claim', 'claim', 'pay', 'pay', 'open', 'refund']);
    const settlement = this.#dice.pick(SETTLEMENTS);
    const isHeard = this.#dice.next() < 0.3;
    const work = async (): Promise<void> => {
      const done = isHeard
        ? await payment(this.#deps, appointment, step, settlement)
        : await quietPayment(this.#deps, appointment, step, settlement);
      if (!done) throw new Refused();
    };
    return [step, work];
  }
}
