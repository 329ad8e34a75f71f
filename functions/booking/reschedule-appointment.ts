import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { appointmentEvent, type Doer } from './appointment-event.ts';
import { bookingErrors } from './errors.ts';
import { laneForFreed } from './free-number.ts';
import { birthDateFor, type Gate, readGate } from './gate.ts';
import { moveNumber, type NumberMove } from './move-number.ts';
import { appointmentFrom } from './new-appointment.ts';
import { tokenOf } from './numbers.ts';
import { offerFreedNumbers } from './offer-freed-numbers.ts';
import { entryOf, nextRecord, withEntry } from './patient-record.ts';
import type { Channel } from './policy.ts';
import { judgeBooking, wantedSlot } from './rules.ts';
import {
  type Appointment,
  type AppointmentId,
  appointments,
  type Claim,
  claims,
  records,
  type ScheduleDetail,
  schedules,
} from './store.ts';

export interface Rescheduling {
  readonly id: AppointmentId;
  readonly scheduleId: string;
  readonly slot?: string;
  readonly channel: Channel;
  readonly requestKey: string;
  readonly doer: Doer;
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
    const next = followUp(deps, order, old, gate, number);
    const outcome = await deps.table.transact([
      ...moveNumber(deps, number),
      ...moveAppointment(deps, order, old.appointment, next, gate),
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
  const { status, scheduleId, cancellableUntil, rescheduledTo } = appointment;
  if (rescheduledTo !== undefined) {
    const id = { ...order.id, appointmentId: rescheduledTo };
    const next = await appointments.get(deps.table, id, consistent);
    if (next?.requestKey === order.requestKey) return { repeated: next };
  }
  if (status !== 'BOOKED') throw bookingErrors.refusal('WRONG_STATE', { context: { status } });
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
): Promise<NumberMove | 'look-again'> {
  const { patientId, appointmentId, token, scheduleId } = old.appointment;
  const { detail, claim, policy, record } = gate;
  const oldMark = old.claim.holders[patientId];
  // Cancelled since the appointment was read.
  if (oldMark === undefined || tokenOf(oldMark) !== token) return 'look-again';
  if (
    detail.feeFen !== old.detail.feeFen ||
    detail.paymentMode !== old.detail.paymentMode ||
    detail.institutionId !== old.detail.institutionId
  ) {
    throw bookingErrors.refusal('FEE_DIFFERS');
  }
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
    if (answer.onlySoldOut) throw bookingErrors.refusal('SOLD_OUT');
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

/** The charge moves along: what was paid for the old visit is paid for the new one. */
function followUp(
  deps: Deps,
  { channel, requestKey, doer }: Rescheduling,
  { appointment }: Old,
  { detail, policy }: Gate,
  { to: { lane, token } }: NumberMove,
): Appointment {
  const { patientId, charge, appointmentId: rescheduledFrom } = appointment;
  const untilMs = deps.clock.now();
  const { charge: _new, ...next } = appointmentFrom(
    deps,
    { detail, policy, patientId, channel, requestKey, doer, untilMs, held: false },
    { lane, mark: token },
  );
  return { ...next, rescheduledFrom, ...(charge === undefined ? {} : { charge }) };
}

function moveAppointment(
  deps: Deps,
  { doer }: Rescheduling,
  old: Appointment,
  next: Appointment,
  { policy, record }: Gate,
): readonly TransactOperation[] {
  const now = instant(deps.clock);
  const today = dayOf(now);
  const { patientId, appointmentId } = old;
  const entry = record.entries[appointmentId];
  const closed =
    entry === undefined
      ? record
      : withEntry(policy, record, [appointmentId, { ...entry, state: 'X', endedOn: today }], today);
  const { stored, condition } = nextRecord(
    record,
    withEntry(policy, closed, [next.appointmentId, entryOf(next)], today),
  );
  return [
    appointments.updateOperation(
      old,
      {
        set: {
          status: 'CANCELLED_BY_PATIENT',
          endedAt: now,
          endedReason: 'RESCHEDULED',
          rescheduledTo: next.appointmentId,
        },
        remove: ['charge'],
      },
      {
        // The charge that moves along is the one that was read.
        if: { status: 'BOOKED', ...(old.charge === undefined ? {} : { 'charge.status': old.charge.status }) },
        event: appointmentEvent(deps, old, 'CANCELLED_BY_PATIENT', doer),
      },
    ),
    appointments.putOperation(next, next, {
      if: { $exists: false },
      event: appointmentEvent(deps, next, next.status, doer),
    }),
    records.putOperation(patientId, stored, { if: condition }),
  ];
}
