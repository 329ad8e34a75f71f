import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import type { Doer } from './appointment-event.ts';
import { bookingErrors } from './errors.ts';
import { birthDateFor, type Comer, type Gate, passGate, readClaim, readGate } from './gate.ts';
import { claimUntil, type Placement, paysOnline } from './new-appointment.ts';
import { wantedSlot } from './open-slots.ts';
import { type PatientRecord, readRecord, repeatOf } from './patient-record.ts';
import { placeBooking } from './place-booking.ts';
import { bookedOrRefused, resumeBooking } from './resume-booking.ts';
import { type BookingAnswer, type BookingQuestion, judgeBooking } from './rules.ts';
import { endOneLapsedHold } from './settle-holder.ts';
import { type Appointment, appointments, type Claim } from './store.ts';

export interface BookingOrder extends Comer {
  readonly slot?: string;
  readonly hold: boolean;
  readonly overrideReason?: string;
  readonly requestKey: string;
  readonly doer: Doer;
}

/** How often others may be faster before a caller is told that nothing is left. */
const MOST_ATTEMPTS = 8;

/**
 * Books a number. At the release hour most callers end at the gate: one eventually consistent read that
 * costs half a unit and writes nothing. What the gate lets through is decided by conditional writes alone.
 */
export async function bookAppointment(deps: Deps, order: BookingOrder): Promise<Appointment> {
  const gate = await passGate(deps, order);
  const repeated = await findRepeat(deps, order, gate.record);
  if (repeated !== undefined) return repeated;
  const placement = await placementFor(deps, order, gate);
  let { claim, record } = gate;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const mark = claim.holders[order.patientId];
    if (mark !== undefined) {
      const own = await resumeBooking(deps, placement, { mark, record });
      if (own !== undefined) return own;
      claim = await readClaim(deps, order.scheduleId);
      continue;
    }
    let answer = judgeBooking(questionFor(deps, order, placement, { claim, record }));
    if (!answer.ok && answer.personal) {
      record = await readRecord(deps, order.patientId);
      answer = judgeBooking(questionFor(deps, order, placement, { claim, record }));
    }
    if (!answer.ok) {
      if (!answer.onlySoldOut) throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: answer.reasons });
      if (!(await endOneLapsedHold(deps, { scheduleId: order.scheduleId, claim, finder: order.patientId })))
        throw bookingErrors.refusal('SOLD_OUT');
      claim = await readClaim(deps, order.scheduleId);
      continue;
    }
    const placed = await placeBooking(deps, placement, { lane: answer.lane, claim }, record);
    if (placed.ok || placed.because !== 'number-gone') return bookedOrRefused(deps, order.patientId, placed);
    if (placed.claim === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
    claim = placed.claim;
  }
  throw bookingErrors.refusal('SOLD_OUT');
}

/** Everything that refuses a booking of this schedule now: what the booking page shows before the button is pressed. */
export async function reasonsAgainst(deps: Deps, order: BookingOrder): Promise<readonly Reason[]> {
  const gate = await readGate(deps, order);
  const placement = await placementFor(deps, order, gate);
  const answer: BookingAnswer = judgeBooking(questionFor(deps, order, placement, gate));
  const twice =
    gate.claim.holders[order.patientId] === undefined ? [] : [bookingErrors.reason('ALREADY_BOOKED')];
  return [...twice, ...(answer.ok ? [] : answer.reasons)];
}

/** A request that was already carried out gets the same answer, whatever became of the appointment since. */
async function findRepeat(
  deps: Deps,
  { patientId, scheduleId, requestKey }: BookingOrder,
  record: PatientRecord,
): Promise<Appointment | undefined> {
  const appointmentId = repeatOf(record, scheduleId, requestKey);
  if (appointmentId === undefined) return undefined;
  return appointments.get(deps.table, { patientId, appointmentId }, { consistent: true });
}

async function placementFor(deps: Deps, order: BookingOrder, gate: Gate): Promise<Placement> {
  const { detail, policy } = gate;
  const { patientId, channel, requestKey, doer, hold, overrideReason } = order;
  return {
    detail,
    policy,
    patientId,
    channel,
    requestKey,
    doer,
    held: hold || paysOnline(detail),
    untilMs: claimUntil(detail, deps.clock.now(), policy.holdMinutes),
    ...(await birthDateFor(deps, patientId, gate)),
    ...(overrideReason === undefined ? {} : { overrideReason }),
  };
}

function questionFor(
  deps: Deps,
  { slot, overrideReason }: BookingOrder,
  { policy, detail, channel, birthDate }: Placement,
  { claim, record }: { readonly claim: Claim; readonly record: PatientRecord },
): BookingQuestion {
  return {
    policy,
    detail,
    claim,
    record,
    channel,
    slotIndex: wantedSlot(detail, slot),
    now: instant(deps.clock),
    override: overrideReason !== undefined,
    ...(birthDate === undefined ? {} : { birthDate }),
  };
}
