import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { recoveryCodeText } from './confirm-second-factor.ts';
import type {
  activationConfirmationRequest,
  activationRequest,
  activation as activationSchema,
  recoveryCodes,
} from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { hashPassword } from './password.ts';
import { passwordFaults } from './rules.ts';
import { blinds, opened, sealed } from './sealing.ts';
import { findStaff, type StaffAccount, staffAccounts } from './staff-store.ts';
import { countTry, forgetTries } from './throttle.ts';
import { newTotpSecret, otpauthUri, totpStep } from './totp.ts';

/**
 * S1 The administrator hands over a code; with it the person chooses a password and gets the secret for the
 * authenticator app. Until a first one-time password proves that the app has it, the code can be used again.
 */
export async function activateStaff(
  deps: IdentityDeps,
  { body }: Call<undefined, undefined, z.output<typeof activationRequest>>,
): Promise<z.input<typeof activationSchema>> {
  const policy = policyToday(deps);
  const reasons = passwordFaults(body.password, body.loginName, policy);
  if (reasons.length > 0) throw identityErrors.refusal('PASSWORD_WEAK', { reasons });
  const { account, subject } = await invited(deps, body);
  const { accountId, activation } = account;
  const secret = newTotpSecret();
  const key = staffAccounts.key(accountId);
  const outcome = await staffAccounts.update(
    deps.table,
    accountId,
    {
      set: {
        pending: {
          password: { ...(await hashPassword(body.password, policy.passwordScrypt)) },
          totpSecret: await sealed(deps, key, 'totpSecret', secret),
        },
      },
    },
    { if: { 'activation.codeBlind': activation.codeBlind } },
  );
  if (!outcome.ok) throw identityErrors.refusal('ACTIVATION_UNUSABLE');
  await forgetTries(deps, subject);
  const label = await opened(deps, key, 'loginName', account.loginName);
  return { otpauthUri: otpauthUri(secret, { issuer: `分级诊疗 ${deps.city.name}`, label }) };
}

/** The first one-time password makes both factors good, burns the code and gives out the recovery codes. */
export async function confirmActivation(
  deps: IdentityDeps,
  { body }: Call<undefined, undefined, z.output<typeof activationConfirmationRequest>>,
): Promise<z.input<typeof recoveryCodes>> {
  const policy = policyToday(deps);
  const { account, subject } = await invited(deps, body);
  const { accountId, activation, pending } = account;
  if (pending === undefined) throw identityErrors.refusal('ACTIVATION_UNUSABLE');
  const secret = await opened(deps, staffAccounts.key(accountId), 'totpSecret', pending.totpSecret);
  const step = totpStep(secret, body.totp, {
    epochMs: deps.clock.now(),
    windowSteps: policy.totpWindowSteps,
  });
  if (step === undefined) throw identityErrors.refusal('SECOND_FACTOR_WRONG');
  const codes = Array.from({ length: policy.recoveryCodes }, () => deps.ids.next(12));
  const outcome = await staffAccounts.update(
    deps.table,
    accountId,
    {
      set: {
        password: { ...pending.password },
        totp: { secret: pending.totpSecret, lastStep: step },
        recovery: await recoveryOf(deps, accountId, codes),
      },
      remove: ['pending', 'activation'],
    },
    {
      if: { 'activation.codeBlind': activation.codeBlind, 'pending.totpSecret': pending.totpSecret },
    },
  );
  if (!outcome.ok) throw identityErrors.refusal('ACTIVATION_UNUSABLE');
  await forgetTries(deps, subject);
  return { recoveryCodes: codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-')) };
}

interface Invited {
  readonly account: StaffAccount & Required<Pick<StaffAccount, 'activation'>>;
  readonly subject: { readonly kind: 'activation'; readonly id: string };
}

/** @throws LOCKED, ACTIVATION_UNUSABLE, which never tells an unknown name from a wrong code */
async function invited(
  deps: IdentityDeps,
  { loginName, activationCode }: { readonly loginName: string; readonly activationCode: string },
): Promise<Invited> {
  const { account, throttleId } = await findStaff(deps, loginName);
  const subject = { kind: 'activation', id: throttleId } as const;
  await countTry(deps, subject, policyToday(deps));
  const candidates = await blinds(
    deps,
    'code',
    activationCodeText(account?.accountId ?? 'nobody', activationCode),
  );
  const { activation } = account ?? {};
  if (
    account === undefined ||
    activation === undefined ||
    !candidates.includes(activation.codeBlind) ||
    activation.until <= instant(deps.clock)
  ) {
    throw identityErrors.refusal('ACTIVATION_UNUSABLE');
  }
  return { account: { ...account, activation }, subject };
}

/** What the blind index of an activation code is made of. */
export function activationCodeText(accountId: string, code: string): string {
  return JSON.stringify(['activation', accountId, code]);
}

async function recoveryOf(
  deps: IdentityDeps,
  accountId: string,
  codes: readonly string[],
): Promise<Record<string, true>> {
  const entries = await Promise.all(
    codes.map(async (code): Promise<[string, true]> => {
      const [blind] = await blinds(deps, 'code', recoveryCodeText(accountId, code));
      return [blind, true];
    }),
  );
  return Object.fromEntries(entries);
}
