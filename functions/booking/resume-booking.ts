import type { Deps } from '../../shared/deps.ts';
import { bookingErrors } from './errors.ts';
import { readClaim } from './gate.ts';
import { claimedFrom, type Placement } from './new-appointment.ts';
import { lapseOf, tokenOf } from './numbers.ts';
import type { PatientRecord } from './patient-record.ts';
import { finishBooking, type Placed } from './place-booking.ts';
import { requestMark } from './record-entry.ts';
import { settleLapsed } from './settle-holder.ts';
import { type Appointment, appointmentIdOf, appointments, schedules } from './store.ts';
import { VACATING } from './transitions.ts';

/**
 * The patient has a number here already, as the claim was read: by a repeat of this request, by an interrupted one,
 * which is finished, or by another booking, which refuses. Undefined: what stood there has ended, look again.
 */
export async function resumeBooking(
  deps: Deps,
  placement: Placement,
  { mark, record }: { readonly mark: number; readonly record: PatientRecord },
): Promise<Appointment | undefined> {
  const { patientId, requestKey } = placement;
  const { scheduleId } = placement.detail;
  const id = { patientId, appointmentId: appointmentIdOf(scheduleId, tokenOf(mark)) };
  const [existing, claim, detail] = await Promise.all([
    appointments.get(deps.table, id, { consistent: true }),
    readClaim(deps, scheduleId),
    schedules.get(deps.table, scheduleId, { consistent: true }),
  ]);
  if (existing?.request === requestMark(requestKey)) return existing;
  if (claim.holders[patientId] !== mark || detail === undefined) return undefined;
  const until = lapseOf(mark);
  const lapsed = until !== undefined && until <= deps.clock.now();
  const stands =
    existing !== undefined && !VACATING.includes(existing.status) && !(lapsed && existing.status === 'HELD');
  if (stands) throw bookingErrors.refusal('ALREADY_BOOKED');
  if (existing !== undefined || lapsed) {
    await settleLapsed(deps, { detail, status: claim.status, patientId, mark });
    return undefined;
  }
  const current = { ...placement, detail };
  const placed = await finishBooking(deps, current, claimedFrom(deps, current, mark), record);
  return bookedOrRefused(deps, patientId, placed);
}

/** The appointment of a booking that came to its end, or the refusal that says why there is none. */
export async function bookedOrRefused(deps: Deps, patientId: string, placed: Placed): Promise<Appointment> {
  if (placed.ok) return placed.appointment;
  switch (placed.because) {
    case 'personal':
      throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: placed.reasons });
    case 'repeated': {
      const { appointmentId } = placed;
      const first = await appointments.get(deps.table, { patientId, appointmentId }, { consistent: true });
      if (first !== undefined) return first;
      throw bookingErrors.refusal('HOLD_LAPSED');
    }
    case 'other-request':
      throw bookingErrors.refusal('ALREADY_BOOKED');
    case 'lapsed':
      throw bookingErrors.refusal('HOLD_LAPSED');
    case 'number-gone':
      throw bookingErrors.refusal('SOLD_OUT');
  }
}
