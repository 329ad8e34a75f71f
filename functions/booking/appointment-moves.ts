import type { Changes, Condition } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { appointmentEvent, type Doer } from './appointment-event.ts';
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
  | { readonly ok: false; readonly current: Appointment | undefined };

/** Rule I7: one conditional write along the transition table, with the event that tells of it. */
export async function tryMove(
  deps: Deps,
  id: AppointmentId,
  { to, changes = {}, onlyIf, doer }: Move,
): Promise<Moved> {
  const outcome = await appointments.update(
    deps.table,
    id,
    { ...changes, set: { ...changes.set, status: to } },
    {
      if: { $all: [{ status: { in: statesBefore(to) } }, ...(onlyIf === undefined ? [] : [onlyIf])] },
      event: appointmentEvent(deps, id, to, doer),
    },
  );
  return outcome.ok ? { ok: true, appointment: outcome.item } : { ok: false, current: outcome.current };
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

/** Ends an appointment as it was seen, with its charge, and settles what it leaves behind. */
export async function endAppointment(
  deps: Deps,
  seen: Appointment,
  { to, onlyIf, doer, reason }: Ending,
): Promise<Moved> {
  const charge = endCharge(seen, to);
  const ended = { endedAt: instant(deps.clock), ...(reason === undefined ? {} : { endedReason: reason }) };
  const conditions = [...charge.onlyIf, ...(onlyIf === undefined ? [] : [onlyIf])];
  const moved = await tryMove(deps, seen, {
    to,
    doer,
    changes: { ...charge.changes, set: { ...charge.changes.set, ...ended } },
    ...(conditions.length === 0 ? {} : { onlyIf: { $all: conditions } }),
  });
  if (moved.ok) await settleOrLeave(deps, moved.appointment);
  return moved;
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
