import { type Doer, keyOf } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { givesService } from './activate-signing.ts';
import { signingErrors } from './errors.ts';
import { NEWS, signingEvent } from './signing-event.ts';
import { type Signing, type SigningId, signings, uses } from './store.ts';

const MOST_ATTEMPTS = 12;

/**
 * Rule S4: a service of the package is used once more, while one is left. One conditional decrement, with the line in
 * the ledger of what was done (履约); a repeat of the request counts nothing.
 */
export async function useEntitlement(
  deps: Deps,
  id: SigningId,
  { itemId, doer, requestKey }: { readonly itemId: string; readonly doer: Doer; readonly requestKey: string },
): Promise<Signing> {
  const ledger = { ...id, requestKey: keyOf({ doer, requestKey }) };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await signings.get(deps.table, id, { consistent: true });
    if (seen === undefined) throw signingErrors.refusal('SIGNING_NOT_FOUND');
    if ((await uses.get(deps.table, ledger, { consistent: true })) !== undefined) return seen;
    const at = instant(deps.clock);
    const left = seen.entitlements[itemId]?.left;
    if (!givesService(seen, at))
      throw signingErrors.refusal('NOT_IN_FORCE', { context: { status: seen.status } });
    if (left === undefined) throw signingErrors.refusal('ENTITLEMENT_UNKNOWN');
    if (left === 0) throw signingErrors.refusal('ENTITLEMENT_USED_UP');
    const { round, turn } = seen;
    const outcome = await deps.table.transact([
      signings.updateOperation(
        id,
        { add: { [`entitlements.${itemId}.left`]: -1, version: 1 } },
        {
          // Of this state and this term; how many are left is the engine's to judge.
          if: { turn, round, [`entitlements.${itemId}.left`]: { gt: 0 } },
          event: signingEvent(deps, NEWS.use, seen, doer, { itemId }),
        },
      ),
      uses.putOperation(
        ledger,
        { itemId, at, by: doer.by, institutionId: doer.institutionId ?? '', round },
        { if: { $exists: false } },
      ),
    ]);
    if (!outcome.ok) continue;
    const after = await signings.get(deps.table, id, { consistent: true });
    if (after !== undefined) return after;
  }
  throw houseErrors.refusal('CONFLICT');
}
