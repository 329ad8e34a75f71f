import type { Deps } from '../../shared/deps.ts';
import { instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Doer } from './appointment-event.ts';
import { move } from './appointment-moves.ts';
import { bookingErrors } from './errors.ts';
import { tokenOf } from './numbers.ts';
import { isOver } from './open-slots.ts';
import { bookingPolicy } from './policy.ts';
import {
  type Appointment,
  type AppointmentId,
  appointmentIdOf,
  appointments,
  claims,
  schedules,
} from './store.ts';
import { tickSchedule } from './tick-schedule.ts';
import type { AppointmentStatus } from './transitions.ts';

/** The day of the visit: check-in, call, in service, fulfilled. Each step repeated answers as it was. */

export async function checkIn(deps: Deps, id: AppointmentId, doer: Doer): Promise<Appointment> {
  const appointment = await appointments.get(deps.table, id, { consistent: true });
  if (appointment === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  if (appointment.status === 'CHECKED_IN') return appointment;
  const now = instant(deps.clock);
  const { checkIn: window } = deps.city.policy(bookingPolicy).at(appointment.day);
  const start = Date.parse(instantAt(appointment.day, appointment.slot.start));
  const opensAt = new Date(start - window.opensMinutesBefore * 60_000).toISOString();
  const closesAt = new Date(start + window.lateMinutes * 60_000).toISOString();
  if (now < opensAt) throw bookingErrors.refusal('CHECK_IN_NOT_OPEN', { context: { opensAt } });
  if (now > closesAt && appointment.channel !== 'ONSITE') {
    throw bookingErrors.refusal('CHECK_IN_TOO_LATE', { context: { closesAt } });
  }
  return move(deps, id, {
    to: 'CHECKED_IN',
    doer,
    onlyIf: { status: 'BOOKED' },
    changes: { set: { checkedInAt: now } },
  });
}

export type VisitStep = 'call' | 'miss' | 'start' | 'fulfil';

const STEPS: Record<VisitStep, { readonly to: AppointmentStatus; readonly from: AppointmentStatus }> = {
  call: { to: 'CALLED', from: 'CHECKED_IN' },
  miss: { to: 'CHECKED_IN', from: 'CALLED' },
  start: { to: 'IN_SERVICE', from: 'CALLED' },
  fulfil: { to: 'FULFILLED', from: 'IN_SERVICE' },
};

/** A step of the doctor's screen or the triage desk. */
export async function takeVisitStep(
  deps: Deps,
  id: AppointmentId,
  step: VisitStep,
  doer: Doer,
): Promise<Appointment> {
  const { to, from } = STEPS[step];
  const appointment = await appointments.get(deps.table, id, { consistent: true });
  if (appointment?.status === to) return appointment;
  const calledAt = step === 'call' ? { set: { calledAt: instant(deps.clock) } } : {};
  return move(deps, id, { to, doer, onlyIf: { status: from }, changes: calledAt });
}

/**
 * The appointment a patient has, or had last, in a schedule of this institution: how a desk names it. Time comes first:
 * who did not come to a clinic that is over is a no-show, also before its timer has said so.
 */
export async function appointmentAtDesk(
  deps: Deps,
  { institutionId, scheduleId, patientId }: DeskPlace & { readonly patientId: string },
): Promise<AppointmentId> {
  const { table, clock } = deps;
  const [claim, detail] = await Promise.all([
    claims.get(table, scheduleId, { consistent: true }),
    schedules.get(table, scheduleId, { consistent: true }),
  ]);
  if (claim === undefined || detail?.institutionId !== institutionId)
    throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  if (claim.status === 'OPEN' && isOver(claim, detail, instant(clock))) await tickSchedule(deps, scheduleId);
  const mark = claim.holders[patientId];
  if (mark !== undefined) return { patientId, appointmentId: appointmentIdOf(scheduleId, tokenOf(mark)) };
  const key = appointments.key({ patientId, appointmentId: `${scheduleId}_` });
  const { items } = await appointments.query(table, {
    pk: key.pk,
    sk: { beginsWith: key.sk },
    consistent: true,
  });
  // A doctor's id may begin with another's and go on with `_1`.
  const here = items.filter((one) => one.scheduleId === scheduleId);
  const last = here.toSorted((a, b) => (a.bookedAt < b.bookedAt ? -1 : 1)).at(-1);
  if (last === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  return last;
}

export interface DeskPlace {
  readonly institutionId: string;
  readonly scheduleId: string;
}
