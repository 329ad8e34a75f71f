import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { type Doer, SYSTEM } from './appointment-event.ts';
import { endAppointment, tryMove } from './appointment-moves.ts';
import { bookingErrors } from './errors.ts';
import { type Appointment, type AppointmentId, appointments } from './store.ts';

/** Rule I4: a hold ends as a booking only while it lasts and nothing is owed online. Repeating it answers the same. */
export async function confirmAppointment(deps: Deps, id: AppointmentId, doer: Doer): Promise<Appointment> {
  const now = instant(deps.clock);
  // Read for what its event says of the visit, without which nobody is told; the write decides.
  const seen =
    (await appointments.get(deps.table, id)) ??
    (await appointments.get(deps.table, id, { consistent: true }));
  const moved = await tryMove(deps, seen ?? id, {
    to: 'BOOKED',
    doer,
    changes: { remove: ['heldUntil'] },
    onlyIf: { status: 'HELD', heldUntil: { gt: now }, 'charge.payBy': { exists: false } },
  });
  if (moved.ok) return moved.appointment;
  const { current } = moved;
  if (current === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  if (current.status === 'BOOKED') return current;
  if (current.status !== 'HELD')
    throw bookingErrors.refusal('WRONG_STATE', { context: { status: current.status } });
  if ((current.heldUntil ?? '') <= now) {
    await endAppointment(deps, current, {
      to: 'EXPIRED',
      doer: SYSTEM,
      onlyIf: { status: 'HELD', heldUntil: { le: now } },
    });
    throw bookingErrors.refusal('HOLD_LAPSED');
  }
  throw bookingErrors.refusal('PAYMENT_DUE', { context: { payBy: current.charge?.payBy ?? '' } });
}
