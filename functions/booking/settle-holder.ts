import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { SYSTEM } from './appointment-event.ts';
import { endAppointment, settleOrLeave } from './appointment-moves.ts';
import { followCharge } from './follow-charge.ts';
import { abandonClaim, claimedFrom } from './new-appointment.ts';
import { isHold, lapseOf, tokenOf } from './numbers.ts';
import { bookingPolicy } from './policy.ts';
import {
  type Appointment,
  appointmentIdOf,
  appointments,
  type Claim,
  claims,
  type ScheduleDetail,
  schedules,
} from './store.ts';
import { type AppointmentStatus, VACATING } from './transitions.ts';

export interface Holder {
  /** Read consistently: it must know every number of the claim. */
  readonly detail: ScheduleDetail;
  readonly status: Claim['status'];
  readonly patientId: string;
  readonly mark: number;
  /** Undefined: none was written yet. */
  readonly appointment: Appointment | undefined;
}

/**
 * `settled`: time has nothing more to do; `stays`: nor has it, but the mark still lapses; `again`: look once more later;
 * `paying`: so too, but the payment's own end will say when.
 */
export type Settled = 'settled' | 'stays' | 'again' | 'paying';

/** What time does to one holder of a number. Every step is a conditional write of its own and may be repeated. */
export async function settleHolder(deps: Deps, holder: Holder): Promise<Settled> {
  const { detail, status, patientId, mark } = holder;
  const policy = deps.city.policy(bookingPolicy).at(dayOf(deps.clock.now()));
  const appointment =
    holder.appointment ??
    (await abandonClaim(deps, { detail, policy, patientId }, claimedFrom(deps, { detail, policy }, mark)));
  if (appointment === undefined) return 'again';
  if (appointment.status === 'PENDING_PAYMENT' && appointment.charge !== undefined) {
    const { charge, status: before } = appointment;
    const followed = await followCharge(deps, { patientId, chargeId: charge.chargeId });
    return followed === undefined || followed.status === before
      ? 'paying'
      : settleHolder(deps, { ...holder, appointment: followed });
  }
  if (VACATING.includes(appointment.status)) {
    return (await settleOrLeave(deps, appointment)) ? 'settled' : 'again';
  }
  const target = whatTimeBrings(deps, status, appointment);
  if (target === 'wait') return 'again';
  if (target === 'stay') return status === 'OPEN' && lapseOf(mark) !== undefined ? 'stays' : 'settled';
  const moved = await endAppointment(deps, appointment, {
    to: target,
    doer: SYSTEM,
    // What is judged from is what is written on: whoever confirms or checks in at the last moment is faster.
    onlyIf: { status: appointment.status },
    ...(target === 'CANCELLED_BY_HOSPITAL' ? { reason: 'SCHEDULE_CANCELLED' } : {}),
  });
  if (moved.ok) return 'settled';
  const { charge } = appointment;
  if (moved.paying && charge !== undefined)
    await followCharge(deps, { patientId, chargeId: charge.chargeId });
  return 'again';
}

type TimeBrings = 'EXPIRED' | 'NO_SHOW' | 'CANCELLED_BY_HOSPITAL' | 'stay' | 'wait';

const UNTIL_CALLED_IN: readonly AppointmentStatus[] = ['HELD', 'BOOKED', 'CHECKED_IN', 'CALLED'];

function whatTimeBrings(
  deps: Deps,
  schedule: Claim['status'],
  { status, heldUntil }: Appointment,
): TimeBrings {
  // Rule P5: a number whose payment may still succeed is released by the payment's own end only.
  if (status === 'PENDING_PAYMENT') return 'wait';
  if (schedule === 'CANCELLED') return UNTIL_CALLED_IN.includes(status) ? 'CANCELLED_BY_HOSPITAL' : 'stay';
  if (status === 'HELD') {
    return schedule === 'ENDED' || (heldUntil ?? '') <= instant(deps.clock) ? 'EXPIRED' : 'wait';
  }
  return status === 'BOOKED' && schedule === 'ENDED' ? 'NO_SHOW' : 'stay';
}

/** Bookings that a crash left without an appointment are the timer's; who waits for a number need not look at them. */
const TIMER_GRACE_MS = 5 * 60_000;

export interface Sighting {
  readonly scheduleId: string;
  readonly claim: Claim;
  readonly finder: string;
}

/**
 * Rule I4: a lapsed hold is free at once. Whoever finds a schedule sold out ends one lapsed hold, not all of them: at
 * the release hour thousands look at the same moment. Each starts elsewhere, so they seldom end the same one.
 */
export async function endOneLapsedHold(
  deps: Deps,
  { scheduleId, claim, finder }: Sighting,
): Promise<boolean> {
  const lapsed = lapsedHolds(claim, deps.clock.now());
  const chosen = lapsed[[...finder].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % lapsed.length];
  if (chosen === undefined) return false;
  const [patientId, mark] = chosen;
  const detail = await schedules.get(deps.table, scheduleId, { consistent: true });
  if (detail === undefined) return false;
  await settleLapsed(deps, { detail, status: claim.status, patientId, mark });
  return true;
}

export function lapsedHolds({ status, holders }: Claim, now: number): readonly (readonly [string, number])[] {
  if (status !== 'OPEN') return [];
  return Object.entries(holders).filter(([, mark]) => {
    const until = lapseOf(mark);
    return until !== undefined && until + (isHold(mark) ? 0 : TIMER_GRACE_MS) <= now;
  });
}

/** Settles one holder whose claim lapsed; one that turns out to be booked loses its lapse, so that nobody looks again. */
export async function settleLapsed(
  deps: Deps,
  { detail, status, patientId, mark }: Omit<Holder, 'appointment'>,
): Promise<void> {
  const { scheduleId } = detail;
  const id = { patientId, appointmentId: appointmentIdOf(scheduleId, tokenOf(mark)) };
  const appointment = await appointments.get(deps.table, id, { consistent: true });
  const settled = await settleHolder(deps, { detail, status, patientId, mark, appointment });
  if (settled === 'stays') await settleMarks(deps, scheduleId, [[patientId, mark]]);
}

/** As many as fit into one expression of DynamoDB (4 KB) several times over. */
const MARKS_A_WRITE = 25;

/** Marks of settled appointments forget when they would have lapsed. False: some had moved, look again. */
export async function settleMarks(
  { table }: Pick<Deps, 'table'>,
  scheduleId: string,
  marks: readonly (readonly [string, number])[],
): Promise<boolean> {
  let all = true;
  for (let start = 0; start < marks.length; start += MARKS_A_WRITE) {
    const some = marks
      .slice(start, start + MARKS_A_WRITE)
      .map(([id, mark]) => [`holders.${id}`, mark] as const);
    const set = Object.fromEntries(some.map(([holder, mark]) => [holder, tokenOf(mark)]));
    const { ok } = await claims.update(table, scheduleId, { set }, { if: Object.fromEntries(some) });
    all &&= ok;
  }
  return all;
}
