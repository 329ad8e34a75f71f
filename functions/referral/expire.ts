import { SYSTEM } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { EndReason } from './codes.ts';
import { type Move, type Moved, tryMove } from './referral-moves.ts';
import type { Referral } from './store.ts';
import type { ReferralStatus } from './transitions.ts';
import { nextReturn } from './waits.ts';

const REASONS: Partial<Record<ReferralStatus, EndReason>> = {
  GATE_REVIEW: 'GATE_TIMEOUT',
  RETURNED: 'DOCUMENTS_TIMEOUT',
  OFFERED: 'ACCEPT_TIMEOUT',
  ACCEPTED: 'NO_NUMBER_TIMEOUT',
  RESERVED: 'CONFIRM_TIMEOUT',
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

/** Who does not come has missed one visit: a standing referral waits for the next return, any other has ended. */
export function missedVisit(deps: Pick<Deps, 'clock'>, seen: Referral): Omit<Move, 'doer'> {
  const missedOn = seen.number?.day ?? seen.expectedOn ?? dayOf(deps.clock.now());
  const notBefore = nextReturn(seen, missedOn);
  if (notBefore === undefined) return { to: 'NO_SHOW', endedReason: 'VISIT_MISSED' };
  const next = { notBefore, owesRelease: false };
  return { to: 'BETWEEN_VISITS', next, remove: ['number'], reason: 'VISIT_MISSED' };
}

function outcomeOf(deps: Pick<Deps, 'clock'>, seen: Referral): Omit<Move, 'doer'> {
  const { status, urgency, acceptedAt } = seen;
  // An emergency is not refused by silence: it goes in, and the silence is told of.
  if (status === 'OFFERED' && urgency === 'EMERGENCY') {
    return {
      to: 'CONFIRMED',
      next: { escalated: true, arrangement: 'DIRECT', acceptedAt: acceptedAt ?? instant(deps.clock) },
      reason: 'ESCALATED',
      more: { escalated: true, ...(acceptedAt === undefined ? { firstAccepted: true } : {}) },
    };
  }
  if (status === 'CONFIRMED') return missedVisit(deps, seen);
  const endedReason = REASONS[status];
  return { to: 'EXPIRED', ...(endedReason === undefined ? {} : { endedReason }) };
}
