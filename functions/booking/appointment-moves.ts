import type { Changes, Condition } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { appointmentEvent } from './appointment-event.ts';
import { bookingErrors } from './errors.ts';
import { settleAppointment } from './settle-appointment.ts';
import { type Appointment, type AppointmentId, appointments } from './store.ts';
import { type AppointmentStatus, statesBefore, TERMINAL } from './transitions.ts';

const SETTLING_LEFT = logEntry('BOOKING_SETTLING_LEFT', 'an ended appointment is settled later by its event');

export interface Move {
  readonly to: AppointmentStatus;
  readonly changes?: Changes;
  /** Beyond the transition table. */
  readonly onlyIf?: Condition;
  /** Account or `system`, for the audit of who did it. */
  readonly by: string;
  readonly reason?: string;
  readonly traceparent?: string;
}

export type Moved =
  | { readonly ok: true; readonly appointment: Appointment }
  | { readonly ok: false; readonly current: Appointment | undefined };

/** Rule I7: one conditional write along the transition table, with the event that tells of it. */
export async function tryMove(deps: Deps, id: AppointmentId, move: Move): Promise<Moved> {
  const { to, changes = {}, onlyIf, by, reason } = move;
  const now = instant(deps.clock);
  const ended = TERMINAL.includes(to)
    ? { endedAt: now, ...(reason === undefined ? {} : { endedReason: reason }) }
    : {};
  const outcome = await appointments.update(
    deps.table,
    id,
    { ...changes, set: { ...changes.set, status: to, ...ended } },
    {
      if: { $all: [{ status: { in: statesBefore(to) } }, ...(onlyIf === undefined ? [] : [onlyIf])] },
      event: appointmentEvent(deps, id, to, {
        by,
        ...(move.traceparent === undefined ? {} : { traceparent: move.traceparent }),
      }),
    },
  );
  return outcome.ok ? { ok: true, appointment: outcome.item } : { ok: false, current: outcome.current };
}

/** As `tryMove`; tells *not found* and *wrong state* apart, and settles what an ended appointment leaves behind. */
export async function move(deps: Deps, id: AppointmentId, wanted: Move): Promise<Appointment> {
  const moved = await tryMove(deps, id, wanted);
  if (!moved.ok) {
    if (moved.current === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
    throw bookingErrors.refusal('WRONG_STATE', { context: { status: moved.current.status } });
  }
  if (TERMINAL.includes(wanted.to)) await settleOrLeave(deps, moved.appointment);
  return moved.appointment;
}

/** The move stands whatever happens here: the stream delivers its event to `settleAppointment` again. */
export async function settleOrLeave(deps: Deps, appointment: Appointment): Promise<void> {
  try {
    await settleAppointment(deps, appointment);
  } catch (error) {
    deps.log.warn(SETTLING_LEFT, { appointmentId: appointment.appointmentId }, error);
  }
}
