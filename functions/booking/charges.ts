import { demandRefund, withdrawCharge } from '../../shared/charges/charge-lock.ts';
import { CHARGE_LINK, chargeLink } from '../../shared/data/carried.ts';
import type { Changes, Condition, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Doer } from './appointment-event.ts';
import { MARK_LENGTH, requestMark } from './record-entry.ts';
import type { Appointment } from './store.ts';
import type { AppointmentStatus } from './transitions.ts';

/** Whose charges these are, as the charge lock names it. */
export const OWNER = 'booking';

/**
 * The appointment's id with a mark of whose request it is: after a hundred occupancies of a number its token comes again,
 * and what another patient owed for it then must lock nobody's charge now. Opaque: finance reads it.
 */
export function chargeIdOf(
  appointmentId: string,
  { patientId, requestKey }: { readonly patientId: string; readonly requestKey: string },
): string {
  return `${appointmentId}-${requestMark(`${patientId}:${requestKey}`)}`;
}

/** The first of the appointments that a charge was for. */
export function firstAppointmentOf(chargeId: string): string {
  return chargeId.slice(0, -1 - MARK_LENGTH);
}

/** The appointment as it is written: on its patient's list of open charges while there is something to pay. */
export function withChargeLink(appointment: Appointment): Appointment {
  const { charge, patientId, bookedAt } = appointment;
  return { ...appointment, ...(charge?.status === 'OPEN' ? chargeLink(patientId, bookedAt) : {}) };
}

export interface ChargeEnd {
  readonly changes: Changes;
  readonly onlyIf: readonly Condition[];
  /** The lock's change, to be written in one transaction with the appointment's. */
  readonly lock?: TransactOperation;
}

/**
 * What becomes of the charge of an appointment that ends: an open one is void, and nobody can pay it any more (rule
 * P5: while somebody is paying, the whole end is refused); a paid one is owed back where the visit was called off.
 * Only while the charge is as it was judged.
 */
export function endCharge(
  deps: Pick<Deps, 'ids' | 'clock'>,
  { charge, patientId }: Pick<Appointment, 'charge' | 'patientId'>,
  to: AppointmentStatus,
  { traceparent }: Doer,
): ChargeEnd {
  if (charge === undefined) return { changes: {}, onlyIf: [] };
  const { chargeId, status } = charge;
  const onlyIf = [{ 'charge.status': status }];
  const calledOff = to === 'CANCELLED_BY_PATIENT' || to === 'CANCELLED_BY_HOSPITAL';
  if (status === 'OPEN') {
    return {
      changes: { set: { 'charge.status': 'VOID' }, remove: CHARGE_LINK },
      onlyIf,
      lock: withdrawCharge({ owner: OWNER, patientId, ...charge }),
    };
  }
  if (status === 'PAID' && calledOff) {
    return {
      changes: { set: { 'charge.status': 'REFUND_DUE' } },
      onlyIf,
      lock: demandRefund(deps, { owner: OWNER, chargeId }, traceparent),
    };
  }
  return { changes: {}, onlyIf };
}
