import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { staffOf } from './acting.ts';
import type { secondFactorRequest, secondFactorSession } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { staffActor, staffSessionOf } from './open-staff-session.ts';
import { blinds, opened } from './sealing.ts';
import { exchangeSession } from './sessions.ts';
import { type StaffAccount, staffAccounts, staffAt } from './staff-store.ts';
import { countTry, forgetTries } from './throttle.ts';
import { totpStep } from './totp.ts';

type Request = z.output<typeof secondFactorRequest>;

/**
 * S2 A one-time password opens one session: its step, and every earlier one, is refused from then on (RFC 6238 §5.2),
 * also when two requests bring it at once. A recovery code is gone once used.
 */
export async function confirmSecondFactor(
  deps: IdentityDeps,
  call: Call<undefined, undefined, Request>,
): Promise<z.input<typeof secondFactorSession>> {
  const actor = staffOf(call);
  const { institutionId, accountId, sessionVersion } = actor;
  const policy = policyToday(deps);
  const account = await staffAt(deps, { institutionId, accountId });
  if (account.binding.status !== 'ACTIVE') throw identityErrors.refusal('ACCOUNT_INACTIVE');
  const subject = { kind: 'second-factor', id: accountId } as const;
  await countTry(deps, subject, policy);
  const taken =
    'totp' in call.body
      ? await takeTotp(deps, account, call.body.totp)
      : await takeRecoveryCode(deps, account, call.body.recoveryCode);
  if (taken === undefined) throw identityErrors.refusal('SECOND_FACTOR_WRONG');
  await forgetTries(deps, subject);
  const raised = staffActor(accountId, { institutionId, ...account.binding }, true);
  const session = await exchangeSession(
    deps,
    { ...raised, ...(sessionVersion === undefined ? {} : { sessionVersion }) },
    policy.staffSessionHours,
  );
  return {
    ...staffSessionOf(raised, session),
    recoveryCodesLeft: Object.keys(taken.recovery ?? {}).length,
  };
}

async function takeTotp(
  deps: IdentityDeps,
  { accountId, totp }: StaffAccount,
  code: string,
): Promise<StaffAccount | undefined> {
  if (totp === undefined) return undefined;
  const secret = await opened(deps, staffAccounts.key(accountId), 'totpSecret', totp.secret);
  const step = totpStep(secret, code, {
    epochMs: deps.clock.now(),
    windowSteps: policyToday(deps).totpWindowSteps,
  });
  if (step === undefined) return undefined;
  const outcome = await staffAccounts.update(
    deps.table,
    accountId,
    { set: { 'totp.lastStep': step } },
    { if: { 'totp.lastStep': { lt: step }, 'totp.secret': totp.secret } },
  );
  return outcome.ok ? outcome.item : undefined;
}

async function takeRecoveryCode(
  deps: IdentityDeps,
  { accountId }: StaffAccount,
  code: string,
): Promise<StaffAccount | undefined> {
  for (const blind of await blinds(deps, 'code', recoveryCodeText(accountId, code))) {
    const outcome = await staffAccounts.update(
      deps.table,
      accountId,
      { remove: [`recovery.${blind}`] },
      { if: { [`recovery.${blind}`]: { exists: true } } },
    );
    if (outcome.ok) return outcome.item;
  }
  return undefined;
}

/** What the blind index of a recovery code is made of: it opens this account only. */
export function recoveryCodeText(accountId: string, code: string): string {
  return JSON.stringify(['recovery', accountId, code.replaceAll('-', '')]);
}
