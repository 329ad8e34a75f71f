import type { Changes, Condition } from '../../shared/data/table.ts';
import type { Appointment } from './store.ts';
import type { AppointmentStatus } from './transitions.ts';

/**
 * What becomes of the charge of an appointment that ends: an open one is void; a paid one is owed back where the
 * visit was called off. Only while the charge is as it was judged.
 */
export function endCharge(
  { charge }: Pick<Appointment, 'charge'>,
  to: AppointmentStatus,
): { readonly changes: Changes; readonly onlyIf: readonly Condition[] } {
  if (charge === undefined) return { changes: {}, onlyIf: [] };
  const onlyIf = [{ 'charge.status': charge.status }];
  const calledOff = to === 'CANCELLED_BY_PATIENT' || to === 'CANCELLED_BY_HOSPITAL';
  if (charge.status === 'OPEN') return { changes: { set: { 'charge.status': 'VOID' } }, onlyIf };
  if (charge.status === 'PAID' && calledOff)
    return { changes: { set: { 'charge.status': 'REFUND_DUE' } }, onlyIf };
  return { changes: {}, onlyIf };
}
