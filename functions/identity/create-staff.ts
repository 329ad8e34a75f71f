import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { keyBy, staffOf } from './acting.ts';
import { activationCodeText } from './activate-staff.ts';
import type { activationCode, institutionParams, StaffRole, staffCreationRequest } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { checkGranted } from './roles.ts';
import { blinds, derivedCode, sealed } from './sealing.ts';
import { firstVersion } from './sessions.ts';
import {
  type Activation,
  type Binding,
  findStaff,
  loginNames,
  type StaffAccount,
  staffAccounts,
  staffEntries,
} from './staff-store.ts';

type Created = z.input<typeof activationCode>;

/** A new member of staff of this institution, who activates the account with the code that this answers. */
export async function createStaff(
  deps: IdentityDeps,
  call: Call<z.output<typeof institutionParams>, undefined, z.output<typeof staffCreationRequest>>,
): Promise<Created> {
  const { institutionId } = call.params;
  await checkGranted(deps, staffOf(call), { ...call.body, institutionId });
  return inviteStaff(deps, { ...call.body, institutionId, requestKey: keyBy(call) });
}

export interface NewStaff {
  readonly institutionId: string;
  readonly loginName: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
  readonly practitionerId?: string | undefined;
}

/**
 * Unique login name, account, list entry and session version in one transaction. Repeating the request answers the
 * same code: it is made of the request's key. @throws LOGIN_NAME_TAKEN
 */
export async function inviteStaff(
  deps: IdentityDeps,
  { requestKey, ...staff }: NewStaff & { readonly requestKey: string },
): Promise<Created> {
  const accountId = deps.ids.next();
  const fresh = await freshActivation(deps, accountId, [staff.loginName, requestKey]);
  const isStored = await storeStaff(deps, accountId, {
    ...staff,
    credentials: { activation: fresh.activation },
  });
  if (isStored) return { accountId, activationCode: fresh.code, expiresAt: fresh.activation.until };
  const { account } = await findStaff(deps, staff.loginName);
  if (account === undefined) throw identityErrors.refusal('LOGIN_NAME_TAKEN');
  const same = await freshActivation(deps, account.accountId, [staff.loginName, requestKey]);
  if (
    account.activation?.codeBlind !== same.activation.codeBlind ||
    account.homeInstitutionId !== staff.institutionId
  ) {
    throw identityErrors.refusal('LOGIN_NAME_TAKEN');
  }
  return {
    accountId: account.accountId,
    activationCode: same.code,
    expiresAt: account.activation.until,
  };
}

/** False when the login name is taken; nothing was written then. */
export async function storeStaff(
  deps: IdentityDeps,
  accountId: string,
  {
    institutionId,
    loginName,
    name,
    roles,
    practitionerId,
    credentials,
  }: NewStaff & {
    readonly credentials: Pick<StaffAccount, 'activation' | 'password' | 'totp'>;
  },
): Promise<boolean> {
  const key = staffAccounts.key(accountId);
  const binding: Binding = {
    roles,
    status: 'ACTIVE',
    ...(practitionerId === undefined ? {} : { practitionerId }),
  };
  const account: StaffAccount = {
    accountId,
    name: await sealed(deps, key, 'name', name),
    loginName: await sealed(deps, key, 'loginName', loginName),
    homeInstitutionId: institutionId,
    bindings: { [institutionId]: binding },
    createdAt: instant(deps.clock),
    ...credentials,
  };
  const [blind, ...older] = await blinds(deps, 'login-name', loginName);
  const outcome = await deps.table.transact([
    loginNames.putOperation(blind, { accountId }, { if: { $exists: false } }),
    ...older.map((old) => loginNames.checkOperation(old, { $exists: false })),
    staffAccounts.putOperation(accountId, account, { if: { $exists: false } }),
    staffEntries.putOperation({ institutionId, accountId }, { accountId }),
    firstVersion(accountId),
  ]);
  return outcome.ok;
}

/** A code of this account and request, and what is kept of it. */
export async function freshActivation(
  deps: IdentityDeps,
  accountId: string,
  parts: readonly [string, ...string[]],
): Promise<{ readonly code: string; readonly activation: Activation }> {
  const code = await derivedCode(deps, 'activation', ...parts);
  const [codeBlind] = await blinds(deps, 'code', activationCodeText(accountId, code));
  const untilMs = deps.clock.now() + policyToday(deps).activationHours * 3_600_000;
  return { code, activation: { codeBlind, until: new Date(untilMs).toISOString() } };
}
