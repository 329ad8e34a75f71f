import { SYSTEM } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { EndReason } from './codes.ts';
import { type Move, type Moved, tryMove } from './referral-moves.ts';
import type { Referral } from './store.ts';
import type { ReferralStatus } from './transitions.ts';

const REASONS: Partial<Record<ReferralStatus, EndReason>> = {
  GATE_REVIEW: 'GATE_TIMEOUT',
  RETURNED: 'DOCUMENTS_TIMEOUT',
  OFFERED: 'ACCEPT_TIMEOUT',
  ACCEPTED: 'NO_NUMBER_TIMEOUT',
  RESERVED: 'CONFIRM_TIMEOUT',
  CONFIRMED: 'VISIT_MISSED',
  ARRIVED: 'TREATMENT_UNREPORTED',
  IN_TREATMENT: 'TREATMENT_UNREPORTED',
  FIRST_VISIT: 'FIRST_VISIT_MISSED',
};

export function isOverdue(deps: Pick<Deps, 'clock'>, { waitUntil }: Pick<Referral, 'waitUntil'>): boolean {
  return waitUntil !== undefined && waitUntil <= instant(deps.clock);
}

/** What the end of a wait brings, if it has come. Undefined: nothing is overdue. */
export async function expire(deps: Deps, seen: Referral): Promise<Moved | undefined> {
  if (!isOverdue(deps, seen)) return undefined;
  return tryMove(deps, seen, { ...outcomeOf(deps, seen), doer: SYSTEM });
}

function outcomeOf(deps: Pick<Deps, 'clock'>, { status, urgency, acceptedAt }: Referral): Omit<Move, 'doer'> {
  // An emergency is not refused by silence: it goes in, and the silence is told of.
  if (status === 'OFFERED' && urgency === 'EMERGENCY') {
    return {
      to: 'CONFIRMED',
      next: { escalated: true, arrangement: 'DIRECT', acceptedAt: acceptedAt ?? instant(deps.clock) },
      reason: 'ESCALATED',
      more: { escalated: true, ...(acceptedAt === undefined ? { firstAccepted: true } : {}) },
    };
  }
  const endedReason = REASONS[status];
  return {
    to: status === 'CONFIRMED' ? 'NO_SHOW' : 'EXPIRED',
    ...(endedReason === undefined ? {} : { endedReason }),
  };
}
