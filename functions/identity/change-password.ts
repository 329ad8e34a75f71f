import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { staffOf } from './acting.ts';
import type { passwordRequest } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { passwordFaults } from './rules.ts';
import { opened } from './sealing.ts';
import { raisedVersion } from './sessions.ts';
import { staffAccounts, staffAt } from './staff-store.ts';
import { countTry, forgetTries } from './throttle.ts';

/** Ends every session: whoever knew the old password is out. */
export async function changePassword(
  deps: IdentityDeps,
  call: Call<undefined, undefined, z.output<typeof passwordRequest>>,
): Promise<{ done: true }> {
  const actor = staffOf(call);
  const { accountId } = actor;
  // The route is open to the first factor too, because it is about one's own account.
  if (!actor.secondFactor) throw houseErrors.refusal('SECOND_FACTOR_REQUIRED');
  const policy = policyToday(deps);
  const account = await staffAt(deps, actor);
  const loginName = await opened(deps, staffAccounts.key(accountId), 'loginName', account.loginName);
  const reasons = passwordFaults(call.body.newPassword, loginName, policy);
  if (reasons.length > 0) throw identityErrors.refusal('PASSWORD_WEAK', { reasons });
  const subject = { kind: 'password', id: accountId } as const;
  await countTry(deps, subject, policy);
  const { password } = account;
  if (
    password === undefined ||
    !(await passwordMatches(call.body.currentPassword, password, policy.passwordScrypt))
  ) {
    throw identityErrors.refusal('CREDENTIALS_WRONG');
  }
  const hash = await hashPassword(call.body.newPassword, policy.passwordScrypt);
  const outcome = await deps.table.transact([
    staffAccounts.updateOperation(
      accountId,
      { set: { password: { ...hash } } },
      { if: { 'password.key': password.key } },
    ),
    raisedVersion(accountId),
  ]);
  if (!outcome.ok) throw houseErrors.refusal('CONFLICT');
  await forgetTries(deps, subject);
  return { done: true };
}
