import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { type Part, type ReferralId, sealedParts } from './store.ts';

/** What doctors write: diagnosis, history, summary, plan. Sealed in an item of its own, bound to its place. */

const SCOPE = 'referral';

type Place = ReferralId & { readonly part: Part };

/** The operation that writes it, for the transaction of the step it belongs to. Written anew, it replaces the last. */
export async function sealPart(deps: Deps, place: Place, content: object): Promise<TransactOperation> {
  const sealed = await deps.cipher.seal(SCOPE, fieldOf(place), JSON.stringify(content));
  return sealedParts.putOperation(place, { sealed, at: instant(deps.clock) });
}

/** @throws FieldSealError when the item was moved or altered. */
export async function openPart(deps: Deps, place: Place): Promise<unknown> {
  const stored = await sealedParts.get(deps.table, place, { consistent: true });
  if (stored === undefined) return undefined;
  return JSON.parse(await deps.cipher.open(SCOPE, fieldOf(place), stored.sealed));
}

export async function sealToken(deps: Deps, id: ReferralId, token: string): Promise<string> {
  return deps.cipher.seal(SCOPE, tokenField(id), token);
}

export async function openToken(deps: Deps, id: ReferralId, sealed: string): Promise<string> {
  return deps.cipher.open(SCOPE, tokenField(id), sealed);
}

function fieldOf(place: Place): { readonly item: string; readonly field: string } {
  const { pk, sk } = sealedParts.key(place);
  return { item: `${pk}|${sk}`, field: 'sealed' };
}

function tokenField({ patientId, referralId }: ReferralId): {
  readonly item: string;
  readonly field: string;
} {
  return { item: `referral|${patientId}|${referralId}`, field: 'token' };
}
