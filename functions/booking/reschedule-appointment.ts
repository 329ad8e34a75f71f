import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { bookingErrors } from './errors.ts';
import { laneForFreed } from './free-number.ts';
import { birthDateFor, type Gate, readGate } from './gate.ts';
import { followUp, type MoveRequest, moveAppointment } from './move-appointment.ts';
import { moveNumber, type NumberMove } from './move-number.ts';
import { tokenOf } from './numbers.ts';
import { offerFreedNumbers } from './offer-freed-numbers.ts';
import { wantedSlot } from './open-slots.ts';
import { requestMark } from './record-entry.ts';
import { judgeBooking } from './rules.ts';
import { endOneLapsedHold } from './settle-holder.ts';
import {
  type Appointment,
  type AppointmentId,
  appointments,
  type Claim,
  claims,
  type ScheduleDetail,
  schedules,
} from './store.ts';

export interface Rescheduling extends MoveRequest {
  readonly id: AppointmentId;
  readonly scheduleId: string;
  readonly slot?: string;
}

/** Each attempt is lost only to a booking or cancellation in one of the two schedules at that very moment. */
const MOST_ATTEMPTS = 8;

/**
 * Moves an appointment: both or neither. Old number, new number, both appointments and the record change in one
 * transaction, each under the state it was judged in; whatever moved meanwhile makes it judge again.
 */
export async function rescheduleAppointment(deps: Deps, order: Rescheduling): Promise<Appointment> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const old = await readOld(deps, order);
    if ('repeated' in old) return old.repeated;
    const gate = await readGate(deps, { ...order, patientId: order.id.patientId });
    const number = await chooseNumber(deps, order, old, gate);
    if (number === 'look-again') continue;
    if (number === 'sold-out') {
      const { scheduleId, id } = order;
      const sighting = { scheduleId, claim: gate.claim, finder: id.patientId };
      if (attempt + 1 < MOST_ATTEMPTS && (await endOneLapsedHold(deps, sighting))) continue;
      throw bookingErrors.refusal('SOLD_OUT');
    }
    const { lane, token } = number.to;
    const next = followUp(deps, order, old.appointment, gate, { lane, mark: token });
    const outcome = await deps.table.transact([
      ...moveNumber(deps, number),
      ...moveAppointment(deps, order.doer, old.appointment, next, gate),
    ]);
    if (outcome.ok) {
      await offerFreedNumbers(deps, old.appointment.scheduleId);
      return next;
    }
  }
  throw houseErrors.refusal('CONFLICT');
}

interface Old {
  readonly appointment: Appointment;
  readonly detail: ScheduleDetail;
  readonly claim: Claim;
}

async function readOld(deps: Deps, order: Rescheduling): Promise<Old | { readonly repeated: Appointment }> {
  const consistent = { consistent: true };
  const appointment = await appointments.get(deps.table, order.id, consistent);
  if (appointment === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  const { status, scheduleId, cancellableUntil, rescheduledTo, reservedFor } = appointment;
  if (rescheduledTo !== undefined) {
    const id = { ...order.id, appointmentId: rescheduledTo };
    const next = await appointments.get(deps.table, id, consistent);
    if (next?.request === requestMark(order.requestKey)) return { repeated: next };
  }
  if (status !== 'BOOKED') throw bookingErrors.refusal('WRONG_STATE', { context: { status } });
  // The referral waits for this very visit.
  if (reservedFor !== undefined) throw bookingErrors.refusal('GIVEN_BY_REFERRAL');
  if (cancellableUntil <= instant(deps.clock))
    throw bookingErrors.refusal('CANCEL_TOO_LATE', { context: { cancellableUntil } });
  const [claim, detail] = await Promise.all([
    claims.get(deps.table, scheduleId, consistent),
    schedules.get(deps.table, scheduleId, consistent),
  ]);
  if (claim === undefined || detail === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  return { appointment, claim, detail };
}

/** The new number, or a refusal with every reason. */
async function chooseNumber(
  deps: Deps,
  order: Rescheduling,
  old: Old,
  gate: Gate,
): Promise<NumberMove | 'look-again' | 'sold-out'> {
  const { patientId, appointmentId, token, scheduleId } = old.appointment;
  const { detail, claim, policy, record } = gate;
  const oldMark = old.claim.holders[patientId];
  // Cancelled since the appointment was read.
  if (oldMark === undefined || tokenOf(oldMark) !== token) return 'look-again';
  if (feeDiffers(old.detail, detail)) throw bookingErrors.refusal('FEE_DIFFERS');
  if (scheduleId !== order.scheduleId && claim.holders[patientId] !== undefined)
    throw bookingErrors.refusal('ALREADY_BOOKED');
  const answer = judgeBooking({
    policy,
    detail,
    claim,
    record,
    channel: order.channel,
    slotIndex: wantedSlot(detail, order.slot),
    now: instant(deps.clock),
    except: appointmentId,
    ...(await birthDateFor(deps, patientId, gate)),
  });
  if (!answer.ok) {
    if (answer.onlySoldOut) return 'sold-out';
    throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: answer.reasons });
  }
  const freed = await laneForFreed(deps, old.detail, old.claim, token);
  const newToken = claim.free[answer.lane]?.[0];
  if (newToken === undefined) return 'look-again';
  return {
    patientId,
    from: { scheduleId, claim: old.claim, mark: oldMark, freed },
    to: { scheduleId: order.scheduleId, claim, lane: answer.lane, token: newToken },
  };
}

/** Nothing is paid for a free visit, to nobody and in no way. */
function feeDiffers(from: ScheduleDetail, to: ScheduleDetail): boolean {
  if (to.feeFen === 0 && from.feeFen === 0) return false;
  return (
    to.feeFen !== from.feeFen ||
    to.paymentMode !== from.paymentMode ||
    to.institutionId !== from.institutionId
  );
}
