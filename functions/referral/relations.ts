import { relationItem, relationKey } from '../../shared/access/care-relations.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { instantAfter } from '../../shared/kernel/duration.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { type Referral, referralsOf } from './store.ts';
import { isEnded } from './transitions.ts';

/** What the relation outlasts its step by: the step's own end comes first, and moves it. */
const BEYOND = 'P2D';

/** Each look is another step that was taken meanwhile. */
const MOST_ATTEMPTS = 8;

/**
 * While a referral is open, and has left the applicant's house, the receiving institution stands in the relation
 * REFERRAL to the patient. Made anew from all the patient's referrals: doing it twice does nothing. Of two steps that
 * are settled at once the earlier may write last: whoever has written looks whether it still was so.
 */
export async function settleRelations(deps: Deps, patientId: string): Promise<void> {
  let all = await referralsOf(deps.table, patientId);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    await writeRelations(deps, patientId, all);
    const now = await referralsOf(deps.table, patientId);
    if (turnsOf(now) === turnsOf(all)) return;
    all = now;
  }
  throw houseErrors.refusal('CONFLICT');
}

function turnsOf(all: readonly Referral[]): string {
  return all.map(({ referralId, turn }) => `${referralId} ${turn}`).join();
}

async function writeRelations(deps: Deps, patientId: string, all: readonly Referral[]): Promise<void> {
  const wanted = new Map<string, Referral>();
  for (const referral of all) {
    const receiver = referral.receivers.at(-1);
    if (receiver !== undefined && !isEnded(referral)) wanted.set(receiver, referral);
  }
  const known = new Set(all.flatMap(({ receivers }) => receivers));
  for (const holderId of known) {
    const referral = wanted.get(holderId);
    const relation = { patientId, kind: 'REFERRAL', holderId } as const;
    if (referral === undefined) await deps.table.delete(relationKey(relation));
    else {
      const until = instantAfter(referral.waitUntil ?? laterOf(deps, referral), BEYOND);
      await deps.table.put(relationItem({ ...relation, since: referral.submittedAt, until }));
    }
  }
}

/** Between the visits of a standing referral nobody waits: until the next one is due. */
function laterOf(deps: Deps, { notBefore }: Referral): string {
  return notBefore === undefined ? instant(deps.clock) : `${notBefore}T00:00:00.000Z`;
}
