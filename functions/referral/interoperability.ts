import type { Referral } from './store.ts';
import type { ReferralStatus } from './transitions.ts';

/**
 * The same states in the words of others: HL7 BSeR's business statuses and FHIR R4's status of the
 * ServiceRequest (what is asked for) and of the Task (who works on it).
 */
export interface StandardStatus {
  readonly bser: string;
  readonly serviceRequest: 'draft' | 'active' | 'on-hold' | 'revoked' | 'completed';
  readonly task:
    | 'draft'
    | 'requested'
    | 'received'
    | 'accepted'
    | 'rejected'
    | 'ready'
    | 'cancelled'
    | 'in-progress'
    | 'on-hold'
    | 'failed'
    | 'completed';
}

const of = (
  bser: string,
  serviceRequest: StandardStatus['serviceRequest'],
  task: StandardStatus['task'],
): StandardStatus => ({ bser, serviceRequest, task });

export const STANDARD: Readonly<Record<ReferralStatus, StandardStatus>> = {
  GATE_REVIEW: of('2.0', 'draft', 'draft'),
  RETURNED: of('2.0', 'on-hold', 'on-hold'),
  OFFERED: of('2.0', 'active', 'requested'),
  ACCEPTED: of('3.0', 'active', 'accepted'),
  RESERVED: of('5.1.1', 'active', 'accepted'),
  CONFIRMED: of('5.1.1', 'active', 'ready'),
  ARRIVED: of('5.1.4', 'active', 'in-progress'),
  IN_TREATMENT: of('5.1.4', 'active', 'in-progress'),
  BETWEEN_VISITS: of('5.1.4', 'active', 'on-hold'),
  FIRST_VISIT: of('3.0', 'active', 'accepted'),
  REJECTED: of('4.0', 'revoked', 'rejected'),
  DECLINED: of('4.0', 'revoked', 'rejected'),
  WITHDRAWN: of('6.0', 'revoked', 'cancelled'),
  EXPIRED: of('6.0', 'revoked', 'failed'),
  NO_SHOW: of('5.1.2', 'revoked', 'failed'),
  DIED: of('6.0', 'revoked', 'cancelled'),
  COMPLETED: of('7.0', 'completed', 'completed'),
};

/** An event that was called off by the hospital is `5.1.3` until another number is found, one that was missed `5.1.2`. */
export function standardOf({ status, timeline }: Pick<Referral, 'status' | 'timeline'>): StandardStatus {
  const standard = STANDARD[status];
  const reason = timeline.at(-1)?.reason;
  if (status === 'ACCEPTED' && reason === 'NUMBER_LOST') return { ...standard, bser: '5.1.3' };
  if (status === 'BETWEEN_VISITS' && reason === 'VISIT_MISSED') return { ...standard, bser: '5.1.2' };
  return standard;
}
