import type { Deps } from '../../shared/deps.ts';
import { openToken } from './clinical.ts';
import { policyNow } from './referral-moves.ts';
import type { Referral } from './store.ts';
import type { Stop } from './transitions.ts';
import { placeOf, wentStraight } from './waits.ts';

export const MACHINE = 'referral';

/** What a waiting state is failed with when the referral did not go straight on: it looks up where it stands. */
export const ELSEWHERE = 'REFERRAL_ELSEWHERE';

/** Each visit of a standing referral is an execution of its own. */
export function executionName({ referralId, round }: Pick<Referral, 'referralId' | 'round'>): string {
  return `${referralId}-${round}`;
}

/**
 * Lets the machine go on where the referral has left the step it waits in. Called after every step; the item is the
 * truth, so a token that nobody waits for any longer is no loss.
 */
export async function answerMachine(deps: Deps, referral: Referral): Promise<void> {
  const { token, turn } = referral;
  if (token === undefined || token.turn === turn) return;
  await answer(deps, referral, token.at, await openToken(deps, referral, token.sealed));
}

/** Tells the state that waits at `at` what became of the referral. */
export async function answer(deps: Deps, referral: Referral, at: Stop, token: string): Promise<void> {
  if (!wentStraight(referral, at)) await deps.workflows.fail(token, ELSEWHERE);
  else await deps.workflows.succeed(token, placeOf(policyNow(deps), referral, deps.clock.now()));
}
