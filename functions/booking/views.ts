import type { AppointmentView } from './contracts.ts';
import { numberOf } from './numbers.ts';
import type { Appointment } from './store.ts';

/** An appointment as people see it: the number instead of the token, nothing of how it is stored. */
export function viewOf(appointment: Appointment): AppointmentView {
  const { token, cancellableUntil: _c, request: _r, bookedBy: _b, half: _h, ...shown } = appointment;
  return { offeredFromWaitlist: false, ...shown, number: numberOf(token) };
}
