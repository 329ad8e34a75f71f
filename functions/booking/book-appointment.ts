import { readPatientProfile } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { bookingErrors } from './errors.ts';
import { isSoldOut, originOf } from './lanes.ts';
import { type Lane, laneOf, lapseOf, numberOf, tokenOf } from './numbers.ts';
import { EMPTY_RECORD } from './patient-record.ts';
import { finishBooking, type Placed, type Placement, placeBooking } from './place-booking.ts';
import { bookingPolicy, type Channel } from './policy.ts';
import { type BookingQuestion, judgeBooking } from './rules.ts';
import {
  type Appointment,
  appointmentIdOf,
  appointments,
  type Claim,
  claims,
  type PatientRecord,
  records,
  type ScheduleDetail,
  scheduleOf,
  schedules,
} from './store.ts';
import { tickSchedule } from './tick-schedule.ts';

export interface BookingOrder {
  readonly patientId: string;
  readonly scheduleId: string;
  /** At a desk: the schedule must be of this institution. */
  readonly institutionId?: string;
  readonly slot?: string;
  readonly hold: boolean;
  readonly channel: Channel;
  readonly overrideReason?: string;
  readonly requestKey: string;
  readonly bookedBy: string;
  readonly traceparent?: string;
}

/** How many lanes are tried when others are faster. */
const MOST_LANES = 4;

/**
 * Books a number. At the release hour most callers end at the gate: one eventually consistent read that
 * costs half a unit and writes nothing. What the gate lets through is decided by conditional writes alone.
 */
export async function bookAppointment(deps: Deps, order: BookingOrder): Promise<Appointment> {
  await passGate(deps, order);
  const gate = await readGate(deps, order);
  const repeated = await findRepeat(deps, order, gate.record);
  if (repeated !== undefined) return repeated;
  const placement = await placementFor(deps, order, gate.detail);
  const slotIndex = slotIndexFor(order, gate.detail);
  let { claim } = gate;
  for (let attempt = 0; attempt < MOST_LANES; attempt += 1) {
    const mark = claim.holders[order.patientId];
    if (mark !== undefined) return resume(deps, order, placement, mark, gate.record);
    const answer = judgeBooking(
      questionFor(deps, order, placement, { claim, slotIndex, record: gate.record }),
    );
    const lane = await laneFor(deps, order, answer, claim);
    if (lane === 'look-again') {
      claim = await readClaim(deps, order.scheduleId);
      continue;
    }
    const placed = await placeBooking(deps, placement, lane, gate.record);
    if (placed.ok || placed.because !== 'number-gone') return appointmentOf(placed);
    if (placed.claim === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
    claim = placed.claim;
  }
  throw bookingErrors.refusal('SOLD_OUT');
}

/** Everything that refuses a booking of this schedule now: what the booking page shows before the button is pressed. */
export async function reasonsAgainst(deps: Deps, order: BookingOrder): Promise<readonly Reason[]> {
  const gate = await readGate(deps, order);
  const placement = await placementFor(deps, order, gate.detail);
  const slotIndex = slotIndexFor(order, gate.detail);
  const answer = judgeBooking(questionFor(deps, order, placement, { ...gate, slotIndex }));
  const twice =
    gate.claim.holders[order.patientId] === undefined ? [] : [bookingErrors.reason('ALREADY_BOOKED')];
  return [...twice, ...(answer.ok ? [] : answer.reasons)];
}

/** Turns away who comes too late, before anything else is read. Whoever may hold a number here passes. */
async function passGate(deps: Deps, order: BookingOrder): Promise<void> {
  const claim = await claims.get(deps.table, order.scheduleId);
  if (claim === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  const now = deps.clock.now();
  const pools = deps.city.policy(bookingPolicy).at(dayOf(now)).channels[order.channel];
  if (claim.status !== 'OPEN' || claim.holders[order.patientId] !== undefined) return;
  if (isSoldOut(claim, pools) && !hasLapsed(claim, now)) throw bookingErrors.refusal('SOLD_OUT');
}

function hasLapsed({ holders }: Pick<Claim, 'holders'>, now: number): boolean {
  return Object.values(holders).some((mark) => (lapseOf(mark) ?? Number.POSITIVE_INFINITY) <= now);
}

interface Gate {
  readonly claim: Claim;
  readonly detail: ScheduleDetail;
  readonly record: PatientRecord;
}

/** One call, half a unit an item. */
async function readGate({ table }: Deps, order: BookingOrder): Promise<Gate> {
  const [claim, detail, record] = await table.getMany([
    claims.key(order.scheduleId),
    schedules.key(order.scheduleId),
    records.key(order.patientId),
  ]);
  if (claim === undefined || detail === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  const gate = {
    claim: claims.from(claim),
    detail: schedules.from(detail),
    record: record === undefined ? EMPTY_RECORD : records.from(record),
  };
  if (order.institutionId !== undefined && order.institutionId !== gate.detail.institutionId) {
    throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  }
  return gate;
}

async function readClaim({ table }: Deps, scheduleId: string): Promise<Claim> {
  const claim = await claims.get(table, scheduleId, { consistent: true });
  if (claim === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  return claim;
}

/** A request that was already carried out gets the same answer, whatever became of the appointment since. */
async function findRepeat(
  deps: Deps,
  order: BookingOrder,
  record: PatientRecord,
): Promise<Appointment | undefined> {
  const known = Object.entries(record.entries).find(([, { requestKey }]) => requestKey === order.requestKey);
  if (known === undefined || scheduleOf(known[0]) !== order.scheduleId) return undefined;
  return appointments.get(
    deps.table,
    { patientId: order.patientId, appointmentId: known[0] },
    { consistent: true },
  );
}

async function placementFor(deps: Deps, order: BookingOrder, detail: ScheduleDetail): Promise<Placement> {
  const now = deps.clock.now();
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  // Opening the sealed birth date is spared where no rule of the city asks for it.
  const profile =
    policy.minimumAgeYears === undefined ? undefined : await readPatientProfile(deps, order.patientId);
  if (policy.minimumAgeYears !== undefined && profile === undefined)
    throw bookingErrors.refusal('PATIENT_UNKNOWN');
  const { patientId, channel, requestKey, bookedBy, hold, overrideReason, traceparent } = order;
  return {
    detail,
    policy,
    patientId,
    channel,
    requestKey,
    bookedBy,
    hold,
    untilMs: now + policy.holdMinutes * 60_000,
    ...(profile === undefined ? {} : { birthDate: profile.birthDate }),
    ...(overrideReason === undefined ? {} : { overrideReason }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function questionFor(
  deps: Deps,
  order: BookingOrder,
  placement: Placement,
  { claim, slotIndex, record }: Pick<BookingQuestion, 'claim' | 'slotIndex' | 'record'>,
): BookingQuestion {
  const { policy, detail, birthDate } = placement;
  return {
    policy,
    detail,
    claim,
    record,
    channel: order.channel,
    slotIndex,
    now: instant(deps.clock),
    override: order.overrideReason !== undefined,
    ...(birthDate === undefined ? {} : { birthDate }),
  };
}

function slotIndexFor({ slot }: BookingOrder, { slots }: ScheduleDetail): number | undefined {
  return slot === undefined ? undefined : slots.findIndex(({ start }) => start === slot);
}

/** The lane to take from, or a refusal with every reason. Sold out with a lapsed hold in sight: tidy up and look again. */
async function laneFor(
  deps: Deps,
  { scheduleId }: BookingOrder,
  answer: ReturnType<typeof judgeBooking>,
  claim: Claim,
): Promise<Lane | 'look-again'> {
  if (answer.ok) {
    const [lane] = answer.lanes;
    if (lane === undefined) throw new Error('a booking was allowed without a free number');
    return lane;
  }
  if (!answer.soldOut || answer.reasons.length > 1) {
    throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: answer.reasons });
  }
  if (!hasLapsed(claim, deps.clock.now())) throw bookingErrors.refusal('SOLD_OUT');
  await tickSchedule(deps, scheduleId);
  return 'look-again';
}

/** The patient already has a number here: a repeat of this request, a crashed one to finish, or a second booking. */
async function resume(
  deps: Deps,
  order: BookingOrder,
  placement: Placement,
  mark: number,
  record: PatientRecord,
): Promise<Appointment> {
  const token = tokenOf(mark);
  const id = { patientId: order.patientId, appointmentId: appointmentIdOf(order.scheduleId, token) };
  const existing = await appointments.get(deps.table, id, { consistent: true });
  if (existing?.requestKey === order.requestKey) return existing;
  if (existing !== undefined) throw bookingErrors.refusal('ALREADY_BOOKED');
  const until = lapseOf(mark);
  if (until !== undefined && until <= deps.clock.now()) {
    await tickSchedule(deps, order.scheduleId);
    throw bookingErrors.refusal('HOLD_LAPSED');
  }
  const { slotIndex, pool } = originOf(placement.detail, numberOf(token));
  return appointmentOf(await finishBooking(deps, placement, { lane: laneOf(pool, slotIndex), mark }, record));
}

function appointmentOf(placed: Placed): Appointment {
  if (placed.ok) return placed.appointment;
  switch (placed.because) {
    case 'personal':
      throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: placed.reasons });
    case 'other-request':
      throw bookingErrors.refusal('ALREADY_BOOKED');
    case 'lapsed':
      throw bookingErrors.refusal('HOLD_LAPSED');
    case 'number-gone':
      throw bookingErrors.refusal('SOLD_OUT');
  }
}
