import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { keyBy, staffOf } from './acting.ts';
import type { activationCode, staffParams } from './contracts.ts';
import { freshActivation } from './create-staff.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { refuseOwn, refuseUnassignable } from './roles.ts';
import { raisedVersion } from './sessions.ts';
import { staffAccounts, staffAt } from './staff-store.ts';

/**
 * For a forgotten password, a lost phone or a lapsed code: everything known so far is void and a new activation code
 * is answered. Only the home institution may, or any other could take the account over.
 * @throws STAFF_NOT_FOUND, OTHER_HOME, ROLE_NOT_ASSIGNABLE, OWN_STAFF_ACCOUNT, ACTIVATION_UNUSABLE for a repeat of a
 * request whose code is spent
 */
export async function renewCredentials(
  deps: IdentityDeps,
  call: Call<z.output<typeof staffParams>>,
): Promise<z.input<typeof activationCode>> {
  const { accountId, institutionId } = call.params;
  refuseOwn(staffOf(call), accountId);
  const { homeInstitutionId, bindings, activation: before, renewalBlind } = await staffAt(deps, call.params);
  if (homeInstitutionId !== institutionId) throw identityErrors.refusal('OTHER_HOME');
  // The credentials open every binding, so the strongest of them decides.
  const roles = Object.values(bindings).flatMap((binding) => binding.roles);
  refuseUnassignable(staffOf(call), roles);
  const { code, activation } = await freshActivation(deps, accountId, [accountId, keyBy(call)]);
  if (before?.codeBlind === activation.codeBlind) {
    return { accountId, activationCode: code, expiresAt: before.until };
  }
  if (renewalBlind === activation.codeBlind) throw identityErrors.refusal('ACTIVATION_UNUSABLE');
  const outcome = await deps.table.transact([
    staffAccounts.updateOperation(
      accountId,
      {
        set: { activation: { ...activation }, renewalBlind: activation.codeBlind },
        remove: ['password', 'totp', 'recovery', 'pending'],
      },
      { if: { homeInstitutionId: institutionId } },
    ),
    raisedVersion(accountId),
  ]);
  if (!outcome.ok) throw houseErrors.refusal('CONFLICT');
  return { accountId, activationCode: code, expiresAt: activation.until };
}
