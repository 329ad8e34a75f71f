import type * as z from 'zod/mini';
import type { StaffActor } from '../../shared/access/actor.ts';
import type { Call } from '../../shared/context.ts';
import type { staffSession, staffSessionRequest } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { hashPassword, isCostOf, passwordMatches } from './password.ts';
import type { IdentityPolicy } from './policy.ts';
import { issueSession, versionOf } from './sessions.ts';
import { type Binding, findStaff, type StaffAccount, staffAccounts } from './staff-store.ts';
import { countTry, forgetTries } from './throttle.ts';

/** First factor: opens nothing but the second. Whoever works at several institutions says at which today. */
export async function openStaffSession(
  deps: IdentityDeps,
  { body }: Call<undefined, undefined, z.output<typeof staffSessionRequest>>,
): Promise<z.input<typeof staffSession>> {
  const policy = policyToday(deps);
  const { account, throttleId } = await findStaff(deps, body.loginName);
  const subject = { kind: 'login', id: throttleId } as const;
  await countTry(deps, subject, policy);
  const matches = await passwordMatches(body.password, account?.password, policy.passwordScrypt);
  if (account?.password === undefined || !matches) throw identityErrors.refusal('CREDENTIALS_WRONG');
  await forgetTries(deps, subject);
  const chosen = chosenBinding(account, body.institutionId);
  await keepAtPresentCost(deps, account, body.password, policy);
  const actor = staffActor(account.accountId, chosen, false);
  // What changed meanwhile the second factor looks at again.
  const version = await versionOf(deps, account.accountId);
  return staffSessionOf(actor, await issueSession(deps, { ...actor, version }, policy.staffSessionHours));
}

type Chosen = Binding & { readonly institutionId: string };

function chosenBinding({ bindings }: StaffAccount, wanted: string | undefined): Chosen {
  const active = Object.entries(bindings)
    .filter(([, { status }]) => status === 'ACTIVE')
    .map(([institutionId, binding]) => ({ institutionId, ...binding }));
  if (active.length === 0) throw identityErrors.refusal('ACCOUNT_INACTIVE');
  const chosen = active.length === 1 && wanted === undefined ? active[0] : byId(active, wanted);
  if (chosen !== undefined) return chosen;
  throw identityErrors.refusal('INSTITUTION_REQUIRED', {
    reasons: active.map(({ institutionId }) =>
      identityErrors.reason('INSTITUTION_REQUIRED', { institutionId }),
    ),
  });
}

function byId(active: readonly Chosen[], wanted: string | undefined): Chosen | undefined {
  return active.find(({ institutionId }) => institutionId === wanted);
}

export function staffActor(
  accountId: string,
  { institutionId, roles, practitionerId }: Omit<Chosen, 'status'>,
  secondFactor: boolean,
): StaffActor {
  return {
    kind: 'staff',
    accountId,
    institutionId,
    roles,
    secondFactor,
    ...(practitionerId === undefined ? {} : { practitionerId }),
  };
}

export function staffSessionOf(
  { accountId, institutionId, roles, practitionerId, secondFactor }: StaffActor,
  session: { readonly token: string; readonly expiresAt: string },
): z.input<typeof staffSession> {
  return {
    ...session,
    accountId,
    institutionId,
    roles: [...roles],
    secondFactor,
    ...(practitionerId === undefined ? {} : { practitionerId }),
  };
}

/** A hash made at another cost is made anew now that the password is at hand. */
async function keepAtPresentCost(
  { table }: IdentityDeps,
  { accountId, password }: StaffAccount,
  plain: string,
  { passwordScrypt }: IdentityPolicy,
): Promise<void> {
  if (password === undefined || isCostOf(password, passwordScrypt)) return;
  await staffAccounts.update(
    table,
    accountId,
    { set: { password: { ...(await hashPassword(plain, passwordScrypt)) } } },
    { if: { 'password.key': password.key } },
  );
}
