import { type Doer, keyOf, type Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { concerns, deskOf } from './desks.ts';
import { referralErrors } from './errors.ts';
import { type Move, tryMove } from './referral-moves.ts';
import { type Referral, type ReferralId, referrals } from './store.ts';
import type { ReferralStatus } from './transitions.ts';

/** Each lost race is another step that was taken at the same moment: few are left after it. */
const MOST_ATTEMPTS = 6;

/** What a step comes to, judged by the referral as it was seen. */
export type Plan = Omit<Move, keyof Stepping>;

export interface Step extends Stepping {
  readonly id: ReferralId;
  /** The states in which the step may be taken. */
  readonly from: readonly ReferralStatus[];
  /** The patient, and whoever reports a death, act whatever the referral waits for. */
  readonly anyTime?: boolean;
  readonly plan: (seen: Referral) => Promise<Plan> | Plan;
}

/**
 * A step by a person: where the referral concerns their institution, waits for it, and has not waited too long. The
 * same answer for a referral that is elsewhere and for none at all. A repeat is answered as it stands.
 */
export async function takeStep(deps: Deps, wanted: Step): Promise<Referral> {
  const { id, doer } = wanted;
  const requestKey = keyOf(wanted);
  let seen = await referrals.get(deps.table, id, { consistent: true });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    // First of all: by this very step it may have passed on to another institution.
    if (seen?.requestKey === requestKey) return seen;
    if (seen === undefined || !mayKnow(seen, doer)) throw referralErrors.refusal('REFERRAL_NOT_FOUND');
    checkTurn(deps, seen, wanted);
    const moved = await tryMove(deps, seen, { ...(await wanted.plan(seen)), doer, requestKey });
    if (moved.ok) return moved.referral;
    seen = moved.current;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** Residents come by their own relation to the patient; staff by their institution. */
function mayKnow(seen: Referral, { institutionId }: Doer): boolean {
  return institutionId === undefined || concerns(seen, institutionId);
}

function checkTurn(deps: Deps, seen: Referral, { doer, from, anyTime = false }: Step): void {
  const { status } = seen;
  if (!from.includes(status)) throw referralErrors.refusal('WRONG_STATE', { context: { status } });
  if (anyTime) return;
  if (deskOf(seen)?.institutionId !== doer.institutionId) throw referralErrors.refusal('NOT_YOUR_STEP');
  if (seen.waitUntil !== undefined && seen.waitUntil <= instant(deps.clock))
    throw referralErrors.refusal('STEP_EXPIRED', { context: { waitUntil: seen.waitUntil } });
}
