import { type ChargeLock, readChargeLock } from '../../shared/charges/charge-lock.ts';
import { CHARGE_LINK } from '../../shared/data/carried.ts';
import type { Deps } from '../../shared/deps.ts';
import { SYSTEM } from './appointment-event.ts';
import { tryMove } from './appointment-moves.ts';
import { OWNER } from './charges.ts';
import { type Appointment, appointments } from './store.ts';
import { TERMINAL } from './transitions.ts';

/**
 * Brings an appointment in line with the lock of its charge: the one way in which booking learns of payments. May be
 * called at any time and any number of times; it reads how things stand and never trusts what it was told.
 */
export async function followCharge(
  deps: Deps,
  { patientId, chargeId }: { readonly patientId: string; readonly chargeId: string },
): Promise<Appointment | undefined> {
  const appointment = await appointmentOf(deps, patientId, chargeId);
  if (appointment?.charge === undefined) return appointment;
  const lock = await readChargeLock(deps.table, { owner: OWNER, chargeId });
  return (await aligned(deps, appointment, lock?.status ?? 'OPEN')) ?? appointment;
}

/** A charge bears the id of its first appointment and moves along with it. */
async function appointmentOf(
  { table }: Pick<Deps, 'table'>,
  patientId: string,
  chargeId: string,
): Promise<Appointment | undefined> {
  let appointmentId: string | undefined = chargeId;
  let found: Appointment | undefined;
  while (appointmentId !== undefined) {
    found = await appointments.get(table, { patientId, appointmentId }, { consistent: true });
    appointmentId = found?.rescheduledTo;
  }
  return found;
}

/** Undefined: nothing to do, or somebody was faster. */
async function aligned(
  deps: Deps,
  appointment: Appointment,
  lock: ChargeLock['status'],
): Promise<Appointment | undefined> {
  const { status, charge } = appointment;
  switch (lock) {
    case 'CLAIMED':
      return status === 'HELD' ? moved(deps, appointment, 'PENDING_PAYMENT') : undefined;
    case 'OPEN':
      return status === 'PENDING_PAYMENT' ? moved(deps, appointment, 'HELD') : undefined;
    case 'PAID':
      return charge?.status === 'OPEN' ? paid(deps, appointment) : undefined;
    case 'REFUNDED':
      return refunded(deps, appointment);
    default:
      // Written by booking itself, in one transaction with the appointment.
      return undefined;
  }
}

async function moved(
  deps: Deps,
  appointment: Appointment,
  to: 'PENDING_PAYMENT' | 'HELD',
): Promise<Appointment | undefined> {
  const from = to === 'HELD' ? 'PENDING_PAYMENT' : 'HELD';
  const outcome = await tryMove(deps, appointment, { to, doer: SYSTEM, onlyIf: { status: from } });
  return outcome.ok ? outcome.appointment : undefined;
}

/** Rule P1: what is paid for is given: a held number is booked, whatever else keeps its place in its visit. */
async function paid(deps: Deps, appointment: Appointment): Promise<Appointment | undefined> {
  const { status } = appointment;
  const changes = { set: { 'charge.status': 'PAID' }, remove: CHARGE_LINK };
  const onlyIf = { status, 'charge.status': 'OPEN' };
  if (status === 'HELD' || status === 'PENDING_PAYMENT') {
    const outcome = await tryMove(deps, appointment, {
      to: 'BOOKED',
      doer: SYSTEM,
      changes: { ...changes, remove: [...CHARGE_LINK, 'heldUntil'] },
      onlyIf,
    });
    return outcome.ok ? outcome.appointment : undefined;
  }
  if (TERMINAL.includes(status) && status !== 'FULFILLED') return undefined;
  const outcome = await appointments.update(deps.table, appointment, changes, { if: onlyIf });
  return outcome.ok ? outcome.item : undefined;
}

async function refunded(deps: Deps, appointment: Appointment): Promise<Appointment | undefined> {
  const outcome = await appointments.update(
    deps.table,
    appointment,
    { set: { 'charge.status': 'REFUNDED' } },
    { if: { 'charge.status': { in: ['PAID', 'REFUND_DUE'] } } },
  );
  return outcome.ok ? outcome.item : undefined;
}
