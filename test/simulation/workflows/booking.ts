import { addExtraNumber } from '../../../functions/booking/add-extra-number.ts';
import { checkIn, takeVisitStep } from '../../../functions/booking/attend.ts';
import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { booking } from '../../../functions/booking/context.ts';
import { bookingPolicy } from '../../../functions/booking/policy.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import { type Appointment, type AppointmentId, appointments } from '../../../functions/booking/store.ts';
import { tickSchedule } from '../../../functions/booking/tick-schedule.ts';
import { joinWaitlist, leaveWaitlist } from '../../../functions/booking/waitlist.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { checkAtRest, RuleWatch } from '../../contexts/booking/invariants.ts';
import { type PaymentStep, payment, quietPayment } from '../../contexts/booking/payments.ts';
import { policyValues } from '../../contexts/booking/policy-values.ts';
import { addSchedule, HOSPITAL } from '../../contexts/booking/scene.ts';
import type { Dice } from '../../support/dice.ts';
import type { City } from '../kernel/city.ts';
import type { Operation, Part, Plan, Running } from '../kernel/part.ts';
import { BookingWatch } from '../watch/booking.ts';

/** A city whose limits and penalties are soon reached. */
const POLICY = {
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
};

/** Shortly before something happens by itself: an ordinary hour, the release, the clinic, its end. */
const STARTS = [
  '2026-03-02T00:00:00.000Z',
  '2026-03-04T09:45:00.000Z',
  '2026-03-06T00:30:00.000Z',
  '2026-03-06T01:30:00.000Z',
  '2026-03-06T02:35:00.000Z',
];
const PATIENTS = ['pat00001', 'pat00002', 'pat00003', 'pat00004', 'pat00005'];
/** Two payers at once: what the one has claimed the other must not move. */
const SETTLEMENTS = ['settlement-1', 'settlement-2'] as const;
const DOER = { by: 'account-1' };

/** Booking with a payment that only moves locks: a few residents, three small clinics, every desk of a hospital. */
export const bookingPart = ({ pays }: { readonly pays: boolean }): Part => ({
  contexts: [booking],
  policy: { booking: POLICY },
  starts: STARTS,
  length: [8, 26],
  restHours: [1, 6 * 24],
  outcomes: [
    ...['book', 'confirm', 'cancel', 'reschedule', 'join', 'check-in', 'call', 'extra', 'stop'],
    ...(pays ? ['claim', 'open', 'pay', 'refund'] : []),
  ]
    .map((name) => `${name} ok`)
    .concat('book SOLD_OUT', ...(pays ? ['cancel PAYMENT_UNDER_WAY', 'claim refused'] : [])),
  async open(city) {
    const scene = new Clinics(city, pays);
    await scene.prepare();
    return scene.running();
  },
});

class Clinics {
  readonly #city: City;
  readonly #pays: boolean;
  readonly #watch: RuleWatch;
  readonly #further: BookingWatch;
  readonly #appointments = new Map<string, Appointment>();
  /** As they were first written: a charge's facts never change. */
  readonly #charged: Appointment[] = [];
  readonly #schedules: string[] = [];
  /** How many take a number before they make up their minds; where nobody does, no hold's lapse wakes a clinic. */
  #holds = 0;

  constructor(city: City, pays: boolean) {
    this.#city = city;
    this.#pays = pays;
    this.#further = new BookingWatch(() => city.scheduler.calmSince);
    this.#watch = new RuleWatch(city.policy.policy(bookingPolicy).at('2026-03-02'));
    city.watches.push(this.#watch, this.#further, {
      onChange: (change) => this.#heard(change),
      check: () => undefined,
    });
  }

  async prepare(): Promise<void> {
    const { dice, direct } = this.#city;
    const { deps } = direct;
    for (const patientId of PATIENTS)
      await writePatientProfile(deps, patientId, { birthDate: '1990-05-05', sex: 'female', synthetic: true });
    this.#holds = dice.pick([0, 0.5, 0.5]);
    // Mostly the same everywhere, so that a visit can be moved.
    const fee = dice.pick([0, 500]);
    const days = ['2026-03-06', '2026-03-06', '2026-03-07'] as const;
    for (const [index, day] of days.entries()) {
      const capacity = 1 + dice.below(3);
      const apart = dice.below(capacity + 1);
      const { scheduleId } = await addSchedule(deps, {
        practitionerId: `doctor${index}`,
        day,
        capacity,
        slotCount: 1 + dice.below(2),
        quota: dice.next() < 0.5 ? { COMMUNITY: apart } : { ONSITE: Math.min(1, apart) },
        visitKind: dice.next() < 0.5 ? 'general' : 'expert',
        feeFen: dice.next() < 0.8 ? fee : 500 - fee,
        paymentMode: dice.next() < 0.7 ? 'ONLINE' : 'ONSITE',
      });
      this.#schedules.push(scheduleId);
    }
  }

  running(): Running {
    return {
      watches: [],
      operations: { ...this.#residents(), ...this.#desks(), ...(this.#pays ? this.#payments() : {}) },
      tidy: (round) => this.#payUp(round),
      checkAtRest: () => {
        checkAtRest(this.#city.all(), this.#city.clock.now());
        this.#further.checkAtRest();
      },
    };
  }

  #residents(): Record<string, Operation> {
    return {
      book: resident(40, (dice) => {
        const patientId = dice.pick(PATIENTS);
        const scheduleId = dice.pick(this.#schedules);
        const channel = dice.pick(['MINI_PROGRAM', 'MINI_PROGRAM', 'COMMUNITY', 'ONSITE'] as const);
        const hold = dice.next() < this.#holds;
        const requestKey = requestOf(dice, 'book');
        const order = { patientId, scheduleId, channel, hold, requestKey, doer: DOER, ...slotOf(dice) };
        return {
          words: `${patientId} ${hold ? 'holds' : 'books'} ${scheduleId} by ${channel}, ${requestKey}`,
          work: (deps) => bookAppointment(deps, order),
        };
      }),
      confirm: this.#with(8, ['HELD'], 'confirms', (deps, id) => confirmAppointment(deps, id, DOER)),
      cancel: this.#with(10, ['HELD', 'BOOKED'], 'cancels', (deps, id) =>
        cancelAppointment(deps, id, { doer: DOER }),
      ),
      reschedule: resident(12, (dice) => {
        const id = this.#known(dice, ['BOOKED']);
        if (id === undefined) return undefined;
        const scheduleId = dice.pick(this.#schedules);
        const order = {
          ...{ id, scheduleId, channel: 'MINI_PROGRAM' as const },
          ...{ requestKey: requestOf(dice, 'move'), doer: DOER, ...slotOf(dice) },
        };
        return {
          words: `${id.patientId} moves ${id.appointmentId} to ${scheduleId}`,
          work: (deps) => rescheduleAppointment(deps, order),
        };
      }),
      join: resident(6, (dice) => {
        const [patientId, scheduleId] = [dice.pick(PATIENTS), dice.pick(this.#schedules)];
        const request = { requestKey: requestOf(dice, 'wait'), doer: DOER };
        return {
          words: `${patientId} waits for ${scheduleId}, ${request.requestKey}`,
          work: (deps) => joinWaitlist(deps, { scheduleId, patientId }, request),
        };
      }),
      leave: resident(2, (dice) => {
        const [patientId, scheduleId] = [dice.pick(PATIENTS), dice.pick(this.#schedules)];
        return {
          words: `${patientId} waits no longer for ${scheduleId}`,
          work: (deps) => leaveWaitlist(deps, { scheduleId, patientId }),
        };
      }),
      'check-in': this.#with(6, ['BOOKED'], 'checks in', (deps, id) => checkIn(deps, id, DOER)),
    };
  }

  #desks(): Record<string, Operation> {
    const step = (name: 'call' | 'miss' | 'start' | 'fulfil', from: string): Operation => ({
      ...this.#with(1.5, [from], name, (deps, id) => takeVisitStep(deps, id, name, DOER)),
      who: 'doctor',
    });
    const schedule = (dice: Dice) => ({ institutionId: HOSPITAL, scheduleId: dice.pick(this.#schedules) });
    return {
      call: step('call', 'CHECKED_IN'),
      miss: step('miss', 'CALLED'),
      start: step('start', 'CALLED'),
      fulfil: step('fulfil', 'IN_SERVICE'),
      tick: {
        who: 'time',
        weight: 4,
        plan: (dice) => {
          const { scheduleId } = schedule(dice);
          return { words: `time looks at ${scheduleId}`, work: (deps) => tickSchedule(deps, scheduleId) };
        },
      },
      extra: {
        who: 'doctor',
        weight: 3,
        plan: (dice) => {
          const order = {
            ...{ ...schedule(dice), slot: slotOf(dice).slot ?? '09:00', reason: '加号' },
            ...{ doer: DOER, requestKey: requestOf(dice, 'extra') },
          };
          return {
            words: `an extra number for ${order.scheduleId}, ${order.requestKey}`,
            work: (deps) => addExtraNumber(deps, order),
          };
        },
      },
      stop: {
        who: 'clerk',
        weight: 2.5,
        plan: (dice) => {
          const order = { ...schedule(dice), reason: '停诊', doer: DOER };
          return { words: `${order.scheduleId} is cancelled`, work: (deps) => cancelSchedule(deps, order) };
        },
      },
    };
  }

  /** What payment does to the lock of a charge; booking hears of it at once, or when the stream tells it. */
  #payments(): Record<string, Operation> {
    const step = (name: PaymentStep, weight: number): Operation => ({
      who: 'provider',
      weight,
      plan: (dice) => {
        if (this.#charged.length === 0) return undefined;
        const appointment = dice.pick(this.#charged);
        const settlement = dice.pick(SETTLEMENTS);
        const pay = dice.next() < 0.3 ? payment : quietPayment;
        return {
          words: `${settlement} takes the step ${name} on ${appointment.appointmentId}`,
          work: async (deps) => ((await pay(deps, appointment, name, settlement)) ? 'ok' : 'refused'),
        };
      },
    });
    return { claim: step('claim', 8), pay: step('pay', 8), open: step('open', 4), refund: step('refund', 4) };
  }

  /** Every payment ends. */
  async #payUp(round: number): Promise<void> {
    if (round > 0 || !this.#pays) return;
    const { dice, direct } = this.#city;
    for (const appointment of this.#charged)
      for (const settlement of SETTLEMENTS)
        await quietPayment(direct.deps, appointment, dice.pick(['pay', 'open'] as const), settlement);
  }

  #with(
    weight: number,
    from: readonly string[],
    does: string,
    work: (deps: Parameters<Plan['work']>[0], id: AppointmentId) => Promise<unknown>,
  ): Operation {
    return resident(weight, (dice) => {
      const id = this.#known(dice, from);
      if (id === undefined) return undefined;
      return { words: `${id.patientId} ${does} ${id.appointmentId}`, work: (deps) => work(deps, id) };
    });
  }

  /** Mostly one in a state that suits, so that something comes of it. */
  #known(dice: Dice, from: readonly string[]): AppointmentId | undefined {
    const all = [...this.#appointments.values()];
    const fitting = all.filter(({ status }) => from.includes(status));
    const some = dice.next() < 0.85 ? fitting : all;
    if (some.length === 0) return undefined;
    const { patientId, appointmentId } = dice.pick(some);
    return { patientId, appointmentId };
  }

  #heard({ key, old, new: item }: Change): void {
    if (!key.sk.startsWith('appointment#') || item === undefined) return;
    const appointment = appointments.from(item);
    this.#appointments.set(appointment.appointmentId, appointment);
    if (old === undefined && appointment.charge !== undefined) this.#charged.push(appointment);
  }
}

const resident = (weight: number, plan: (dice: Dice) => Plan | undefined): Operation => ({
  who: 'resident',
  weight,
  plan,
});

/** Few, so that one is often used again, always for the same kind of thing. */
const requestOf = (dice: Dice, what: string): string => `${what}-${dice.below(4)}`;

function slotOf(dice: Dice): { readonly slot?: string } {
  const slot = dice.pick([undefined, undefined, '09:00', '10:00']);
  return slot === undefined ? {} : { slot };
}
