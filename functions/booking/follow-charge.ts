import { type ChargeLockStatus, readChargeLock } from '../../shared/charges/charge-lock.ts';
import { CHARGE_LINK } from '../../shared/data/carried.ts';
import type { Changes } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { SYSTEM } from './appointment-event.ts';
import { tryMove } from './appointment-moves.ts';
import { firstAppointmentOf, OWNER } from './charges.ts';
import { type Appointment, appointments } from './store.ts';

const MOST_ATTEMPTS = 8;

/**
 * Brings an appointment in line with the lock of its charge: the one way in which booking learns of payments. May be
 * called at any time and any number of times; it reads how things stand and never trusts what it was told. Answers the
 * appointment as it is then. @throws Refusal CONFLICT when others were faster several times over: it is called again
 */
export async function followCharge(
  deps: Deps,
  { patientId, chargeId }: { readonly patientId: string; readonly chargeId: string },
): Promise<Appointment | undefined> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    // The lock first: an appointment read after it is at least as new.
    const lock = await readChargeLock(deps.table, { owner: OWNER, chargeId });
    const appointment = await appointmentOf(deps, patientId, chargeId);
    if (appointment?.charge === undefined) return appointment;
    const wanted = wantedChange(appointment, lock?.status ?? 'OPEN');
    if (wanted === undefined) return appointment;
    const aligned = await write(deps, appointment, wanted);
    if (aligned !== undefined) return aligned;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** A charge is named after its first appointment and moves along with it. */
async function appointmentOf(
  { table }: Pick<Deps, 'table'>,
  patientId: string,
  chargeId: string,
): Promise<Appointment | undefined> {
  let appointmentId: string | undefined = firstAppointmentOf(chargeId);
  let found: Appointment | undefined;
  while (appointmentId !== undefined) {
    found = await appointments.get(table, { patientId, appointmentId }, { consistent: true });
    appointmentId = found?.rescheduledTo;
  }
  return found;
}

interface Wanted {
  /** Left out: the appointment keeps its place in its visit, only its charge changes. */
  readonly to?: 'PENDING_PAYMENT' | 'HELD' | 'BOOKED';
  readonly charge?: 'PAID' | 'REFUNDED';
}

/** Undefined: it is in line. WITHDRAWN and REFUND_DUE booking wrote itself, together with the appointment. */
function wantedChange({ status, charge }: Appointment, lock: ChargeLockStatus): Wanted | undefined {
  switch (lock) {
    case 'CLAIMED':
      return status === 'HELD' ? { to: 'PENDING_PAYMENT' } : undefined;
    case 'OPEN':
      return status === 'PENDING_PAYMENT' ? { to: 'HELD' } : undefined;
    case 'PAID':
      if (charge?.status !== 'OPEN') return undefined;
      // Rule P1: what is paid for is given.
      return waits(status) ? { to: 'BOOKED', charge: 'PAID' } : { charge: 'PAID' };
    case 'REFUNDED':
      if (charge?.status === 'REFUNDED') return undefined;
      // Given back at a desk before booking heard of the payment: what that would have booked stays booked.
      return waits(status) ? { to: 'BOOKED', charge: 'REFUNDED' } : { charge: 'REFUNDED' };
    default:
      return undefined;
  }
}

function waits(status: Appointment['status']): boolean {
  return status === 'HELD' || status === 'PENDING_PAYMENT';
}

/** Only on the very state it was judged from. Undefined: somebody was faster. */
async function write(
  deps: Deps,
  seen: Appointment,
  { to, charge }: Wanted,
): Promise<Appointment | undefined> {
  const onlyIf = { status: seen.status, 'charge.status': seen.charge?.status ?? '' };
  const changes: Changes = {
    ...(charge === undefined ? {} : { set: { 'charge.status': charge } }),
    remove: [...(charge === undefined ? [] : CHARGE_LINK), ...(to === 'BOOKED' ? ['heldUntil'] : [])],
  };
  if (to === undefined) {
    const outcome = await appointments.update(deps.table, seen, changes, { if: onlyIf });
    return outcome.ok ? outcome.item : undefined;
  }
  const moved = await tryMove(deps, seen, { to, doer: SYSTEM, changes, onlyIf });
  return moved.ok ? moved.appointment : undefined;
}
