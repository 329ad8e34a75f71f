import type { Timer } from '../../shared/data/table.ts';
import { addDays, type Day, instantAt } from '../../shared/kernel/china-time.ts';
import type { WorkflowData } from '../../shared/workflows/workflows.ts';
import type { ReferralPolicy } from './policy.ts';
import { type Referral, reservationIdOf } from './store.ts';
import { isEnded, type ReferralStatus, type Stop } from './transitions.ts';

/** How long each step may take, what comes before its end, and what the waiting machine is told. Pure. */

const HOUR_MS = 3_600_000;

/** A timer is looked at once a minute; the machine ends the wait exactly. This is its safety net. */
const OVERDUE_GRACE_MS = 15 * 60_000;

/** The machine releases at once; if it died, a timer starts it again. */
const UNDO_AFTER_MS = 15 * 60_000;

export const REMIND = 'remind';
export const OVERDUE = 'overdue';
export const NEXT_VISIT = 'next-visit';
export const UNDO = 'undo';

/** When the step ends by itself. Undefined: it does not wait for anybody. */
export function waitUntil(policy: ReferralPolicy, after: Referral, nowMs: number): string | undefined {
  const { hours } = policy;
  const from = (startMs: number, hoursLong: number): string =>
    new Date(startMs + hoursLong * HOUR_MS).toISOString();
  switch (after.status) {
    case 'GATE_REVIEW':
      return from(nowMs, hours.gate);
    case 'RETURNED':
      return from(nowMs, hours.documents);
    case 'OFFERED':
      return from(nowMs, after.direction === 'DOWN' ? hours.communityAccept : hours.accept[after.urgency]);
    case 'ACCEPTED':
      return from(nowMs, hours.number);
    case 'RESERVED':
      return from(Date.parse(after.number?.heldUntil ?? ''), policy.paymentGraceMinutes / 60);
    case 'CONFIRMED':
      if (after.number !== undefined) return from(Date.parse(after.number.endsAt), hours.arrivalGrace);
      if (after.expectedOn !== undefined)
        return from(Date.parse(instantAt(addDays(after.expectedOn, 1), '00:00')), hours.arrivalGrace);
      return from(nowMs, hours.emergencyArrival);
    case 'ARRIVED':
      return from(nowMs, hours.treatment);
    case 'IN_TREATMENT':
      return after.waitUntil ?? from(nowMs, hours.treatment);
    case 'FIRST_VISIT':
      return from(nowMs, hours.firstVisit);
    default:
      return undefined;
  }
}

/** What time has to do next with a referral that has just come into this state. */
export function timerFor(policy: ReferralPolicy, after: Referral, nowMs: number): Timer | null {
  if (after.waitUntil !== undefined) {
    const share = (Date.parse(after.waitUntil) - nowMs) * (policy.remindAtPercent / 100);
    return { kind: REMIND, at: new Date(nowMs + Math.max(0, share)).toISOString() };
  }
  if (after.status === 'BETWEEN_VISITS' && after.notBefore !== undefined) {
    return {
      kind: NEXT_VISIT,
      at: instantAt(addDays(after.notBefore, -policy.standing.leadDays), '08:00'),
    };
  }
  return isEnded(after) && after.owesRelease ? undoTimer(nowMs) : null;
}

export function overdueTimer({ waitUntil: until }: Pick<Referral, 'waitUntil'>): Timer | null {
  if (until === undefined) return null;
  return { kind: OVERDUE, at: new Date(Date.parse(until) + OVERDUE_GRACE_MS).toISOString() };
}

export function undoTimer(nowMs: number): Timer {
  return { kind: UNDO, at: new Date(nowMs + UNDO_AFTER_MS).toISOString() };
}

const STOPS: Partial<Record<ReferralStatus, Stop>> = {
  GATE_REVIEW: 'GATE',
  RETURNED: 'DOCUMENTS',
  OFFERED: 'OFFER',
  ACCEPTED: 'NUMBER',
  RESERVED: 'CONFIRMATION',
  CONFIRMED: 'ARRIVAL',
  ARRIVED: 'TREATMENT',
  IN_TREATMENT: 'TREATMENT',
  FIRST_VISIT: 'FIRST_VISIT',
};

/** Where the machine goes by itself when the step is taken as hoped; anything else it has to look up. */
const STRAIGHT: Partial<Record<Stop, readonly ReferralStatus[]>> = {
  GATE: ['OFFERED'],
  OFFER: ['ACCEPTED'],
  CONFIRMATION: ['CONFIRMED'],
  ARRIVAL: ['ARRIVED', 'IN_TREATMENT'],
  TREATMENT: ['COMPLETED', 'BETWEEN_VISITS'],
  FIRST_VISIT: ['COMPLETED'],
};

export function wentStraight({ status }: Pick<Referral, 'status'>, at: Stop): boolean {
  return STRAIGHT[at]?.includes(status) === true;
}

export function stopOf(referral: Pick<Referral, 'status' | 'owesRelease'>): Stop {
  return STOPS[referral.status] ?? (isEnded(referral) && referral.owesRelease ? 'RELEASE' : 'END');
}

/** What the machine is told: ids, codes and seconds. It is the input of an execution and the answer to every wait. */
export function placeOf(policy: ReferralPolicy, referral: Referral, nowMs: number): WorkflowData {
  const { patientId, referralId, toInstitutionId, toDepartmentId, toPractitionerId, notBefore } = referral;
  const at = stopOf(referral);
  const until = referral.waitUntil === undefined ? nowMs : Date.parse(referral.waitUntil);
  const common = {
    patientId,
    referralId,
    at,
    seconds: Math.max(1, Math.ceil((until - nowMs) / 1000)),
  };
  if (at === 'RELEASE') return { ...common, reservationId: reservationIdOf(referral) };
  if (at !== 'NUMBER') return common;
  return {
    ...common,
    reservationId: reservationIdOf(referral),
    graceSeconds: policy.paymentGraceMinutes * 60,
    wanted: {
      institutionId: toInstitutionId,
      departmentId: toDepartmentId,
      ...(toPractitionerId === undefined ? {} : { practitionerId: toPractitionerId }),
      ...(notBefore === undefined ? {} : { notBefore }),
      holdSeconds: policy.hours.confirm * 3600,
    },
  };
}

/** The day on which the next return is due, if another is left. */
export function nextReturn(
  { standing, round }: Pick<Referral, 'standing' | 'round'>,
  lastVisit: Day,
): Day | undefined {
  if (standing === undefined || round >= standing.count) return undefined;
  const due = addDays(lastVisit, standing.intervalDays);
  return due <= standing.until ? due : undefined;
}
