import { lockOf } from '../../shared/charges/charge-lock.ts';
import type { Changes, Condition, TransactOperation, WriteOptions } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { appointmentEvent, type Doer, type Visit } from './appointment-event.ts';
import { endCharge } from './charges.ts';
import { bookingErrors } from './errors.ts';
import { settleAppointment } from './settle-appointment.ts';
import { type Appointment, type AppointmentId, appointments } from './store.ts';
import { type AppointmentStatus, statesBefore } from './transitions.ts';

const SETTLING_LEFT = logEntry('BOOKING_SETTLING_LEFT', 'an ended appointment is settled later by its event');

export interface Move {
  readonly to: AppointmentStatus;
  readonly changes?: Changes;
  /** Beyond the transition table. */
  readonly onlyIf?: Condition;
  readonly doer: Doer;
}

export type Moved =
  | { readonly ok: true; readonly appointment: Appointment }
  /** `paying`: its charge is being paid, or was paid just now; nothing was written. */
  | { readonly ok: false; readonly current: Appointment | undefined; readonly paying?: true };

/**
 * Rule I7: one conditional write along the transition table, with the event that tells of it. Given the appointment
 * instead of its id alone, the event says where and when the visit is.
 */
export async function tryMove(deps: Deps, id: AppointmentId & Visit, wanted: Move): Promise<Moved> {
  const { changes, options } = moveOf(deps, id, wanted);
  const outcome = await appointments.update(deps.table, id, changes, options);
  return outcome.ok ? { ok: true, appointment: outcome.item } : { ok: false, current: outcome.current };
}

function moveOf(
  deps: Deps,
  id: AppointmentId & Visit,
  { to, changes = {}, onlyIf, doer }: Move,
): { readonly changes: Changes; readonly options: WriteOptions } {
  return {
    changes: { ...changes, set: { ...changes.set, status: to } },
    options: {
      if: { $all: [{ status: { in: statesBefore(to) } }, ...(onlyIf === undefined ? [] : [onlyIf])] },
      event: appointmentEvent(deps, id, to, doer),
    },
  };
}

/** As `tryMove`, for steps that end nothing; tells *not found* and *wrong state* apart. */
export async function move(deps: Deps, id: AppointmentId, wanted: Move): Promise<Appointment> {
  const moved = await tryMove(deps, id, wanted);
  if (moved.ok) return moved.appointment;
  if (moved.current === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  throw bookingErrors.refusal('WRONG_STATE', { context: { status: moved.current.status } });
}

export interface Ending extends Omit<Move, 'changes'> {
  readonly reason?: string;
}

/**
 * Ends an appointment as it was seen, and its charge with it in one write, then settles what it leaves behind. One
 * whose charge somebody is paying does not end (rule P5).
 */
export async function endAppointment(
  deps: Deps,
  seen: Appointment,
  { to, onlyIf, doer, reason }: Ending,
): Promise<Moved> {
  const charge = endCharge(deps, seen, to, doer);
  const ended = { endedAt: instant(deps.clock), ...(reason === undefined ? {} : { endedReason: reason }) };
  const conditions = [...charge.onlyIf, ...(onlyIf === undefined ? [] : [onlyIf])];
  const wanted = {
    to,
    doer,
    changes: { ...charge.changes, set: { ...charge.changes.set, ...ended } },
    ...(conditions.length === 0 ? {} : { onlyIf: { $all: conditions } }),
  };
  const moved =
    charge.lock === undefined
      ? await tryMove(deps, seen, wanted)
      : await moveWithLock(deps, seen, wanted, charge.lock);
  if (moved.ok) await settleOrLeave(deps, moved.appointment);
  return moved;
}

/** The appointment and the lock of its charge change together or not at all. */
async function moveWithLock(
  deps: Deps,
  id: AppointmentId & Visit,
  wanted: Move,
  lock: TransactOperation,
): Promise<Moved> {
  const { changes, options } = moveOf(deps, id, wanted);
  const outcome = await deps.table.transact([appointments.updateOperation(id, changes, options), lock]);
  if (outcome.ok) {
    const appointment = await appointments.get(deps.table, id, { consistent: true });
    if (appointment === undefined) throw new Error('an appointment was ended and is not there');
    return { ok: true, appointment };
  }
  const [ofAppointment, ofLock] = outcome.failures;
  const current = ofAppointment?.failed
    ? ofAppointment.current && appointments.from(ofAppointment.current)
    : await appointments.get(deps.table, id, { consistent: true });
  const lockStatus = lockOf(ofLock?.current)?.status;
  const paying = ofLock?.failed === true && (lockStatus === 'CLAIMED' || lockStatus === 'PAID');
  return { ok: false, current, ...(paying ? { paying } : {}) };
}

/** The end stands whatever happens here: the stream delivers its event to `settleAppointment` again. */
export async function settleOrLeave(deps: Deps, appointment: Appointment): Promise<boolean> {
  try {
    await settleAppointment(deps, appointment);
    return true;
  } catch (error) {
    deps.log.warn(SETTLING_LEFT, { appointmentId: appointment.appointmentId }, error);
    return false;
  }
}
