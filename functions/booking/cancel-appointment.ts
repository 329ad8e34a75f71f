import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { Doer } from './appointment-event.ts';
import { endAppointment } from './appointment-moves.ts';
import { bookingErrors } from './errors.ts';
import { followCharge } from './follow-charge.ts';
import { type Appointment, type AppointmentId, appointments } from './store.ts';

const MOST_ATTEMPTS = 3;

export interface Cancellation {
  readonly doer: Doer;
  readonly reason?: string;
  /** The hospital's window calls off a visit for a patient who comes too late to do it from home (退号). */
  readonly atDesk?: boolean;
}

/**
 * As the patient wishes: from home until the cut-off, at the window until the clinic ends; a hold may be given up at
 * any time. Repeating it answers the same.
 */
export async function cancelAppointment(
  deps: Deps,
  id: AppointmentId,
  { doer, reason, atDesk = false }: Cancellation,
): Promise<Appointment> {
  let seen = await appointments.get(deps.table, id, { consistent: true });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    if (seen === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
    if (seen.status === 'CANCELLED_BY_PATIENT') return seen;
    const { status, cancellableUntil } = seen;
    if (status === 'PENDING_PAYMENT') throw bookingErrors.refusal('PAYMENT_UNDER_WAY');
    if (status !== 'HELD' && status !== 'BOOKED')
      throw bookingErrors.refusal('WRONG_STATE', { context: { status } });
    if (status === 'BOOKED' && !atDesk && cancellableUntil <= instant(deps.clock))
      throw bookingErrors.refusal('CANCEL_TOO_LATE', { context: { cancellableUntil } });
    const moved = await endAppointment(deps, seen, {
      to: 'CANCELLED_BY_PATIENT',
      doer,
      onlyIf: { status },
      ...(reason === undefined ? {} : { reason }),
    });
    if (moved.ok) return moved.appointment;
    // Paid this very moment: the booking comes first, then its end.
    const { charge } = seen;
    seen =
      moved.paying && charge ? await followCharge(deps, { ...id, chargeId: charge.chargeId }) : moved.current;
    // A visit that could be paid for on site stays booked while its fee is being paid.
    if (moved.paying && seen?.charge?.status === 'OPEN') throw bookingErrors.refusal('PAYMENT_UNDER_WAY');
  }
  throw houseErrors.refusal('CONFLICT');
}
