import type { Call } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { raisedVersion } from './sessions.ts';

/**
 * Signing out raises the account's session version, so it ends the sessions of all its devices: a phone that is lost
 * is signed out from any other.
 */
export async function endSessions(deps: IdentityDeps, { actor }: Call): Promise<{ done: true }> {
  if (actor === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
  await deps.table.transact([raisedVersion(actor.accountId)]);
  return { done: true };
}
