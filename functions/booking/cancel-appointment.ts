import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { settleOrLeave, tryMove } from './appointment-moves.ts';
import { refundIfPaid } from './charges.ts';
import { bookingErrors } from './errors.ts';
import { type Appointment, type AppointmentId, appointments } from './store.ts';

export interface Cancellation {
  readonly by: string;
  readonly reason?: string;
}

/** By the patient, until the cut-off; a hold may be given up at any time. Repeating it answers the same. */
export async function cancelAppointment(
  deps: Deps,
  id: AppointmentId,
  { by, reason }: Cancellation,
): Promise<Appointment> {
  const now = instant(deps.clock);
  const seen = await appointments.get(deps.table, id, { consistent: true });
  if (seen === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  const moved = await tryMove(deps, id, {
    to: 'CANCELLED_BY_PATIENT',
    by,
    changes: refundIfPaid(seen),
    onlyIf: {
      $any: [{ status: 'HELD' }, { cancellableUntil: { gt: now } }],
      // What is refunded was judged from this very charge.
      ...(seen.charge === undefined ? {} : { 'charge.status': seen.charge.status }),
    },
    ...(reason === undefined ? {} : { reason }),
  });
  if (moved.ok) {
    await settleOrLeave(deps, moved.appointment);
    return moved.appointment;
  }
  const current = moved.current ?? seen;
  if (current.status === 'CANCELLED_BY_PATIENT') return current;
  if (current.status === 'BOOKED' && current.cancellableUntil <= now) {
    throw bookingErrors.refusal('CANCEL_TOO_LATE', {
      context: { cancellableUntil: current.cancellableUntil },
    });
  }
  throw bookingErrors.refusal('WRONG_STATE', { context: { status: current.status } });
}
