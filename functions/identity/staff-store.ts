import { entity } from '../../shared/data/entity.ts';
import type { Deps } from '../../shared/deps.ts';
import type { StaffRole } from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { PasswordHash } from './password.ts';
import type { StatusOf } from './rules.ts';
import { blinds } from './sealing.ts';

/** What somebody is at one institution. */
export interface Binding {
  readonly roles: readonly StaffRole[];
  readonly practitionerId?: string;
  readonly status: StatusOf<'binding'>;
}

/** Lets the person choose password and second factor once; only its blind index is kept. */
export interface Activation {
  readonly codeBlind: string;
  /** Instant; exclusive. */
  readonly until: string;
}

export interface StaffAccount {
  readonly accountId: string;
  /** Sealed. */
  readonly name: string;
  /** Sealed; the link by blind index is what a login finds. */
  readonly loginName: string;
  /** Where credentials are given out anew: no other institution can take the account over. */
  readonly homeInstitutionId: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly createdAt: string;
  readonly activation?: Activation;
  /** Of the last renewal, spent or not: a repeat of its request must not void what was chosen with it. */
  readonly renewalBlind?: string;
  /** Chosen with the activation code, in force once a code of the new second factor was shown. */
  readonly pending?: { readonly password: PasswordHash; readonly totpSecret: string };
  readonly password?: PasswordHash;
  /** The secret is sealed under the field name `totpSecret`, pending or not. */
  readonly totp?: { readonly secret: string; readonly lastStep: number };
  /** Blind index of a recovery code → true; a used one is removed. */
  readonly recovery?: Readonly<Record<string, true>>;
}

const CONTEXT = 'identity';

export const staffAccounts = entity<string, StaffAccount>(CONTEXT, 'staff account', (accountId) => ({
  pk: `identity#staff#${accountId}`,
  sk: 'account',
}));

/** Login name → account, by blind index: unique in the city. */
export const loginNames = entity<string, { readonly accountId: string }>(CONTEXT, 'login name', (blind) => ({
  pk: `identity#login-name#${blind}`,
  sk: 'account',
}));

/** An institution's list of its staff; what they are there stands in their accounts. */
export const staffEntries = entity<
  { readonly institutionId: string; readonly accountId: string },
  { readonly accountId: string }
>(CONTEXT, 'staff entry', ({ institutionId, accountId }) => ({
  pk: `identity#institution#${institutionId}`,
  sk: `staff#${accountId}`,
}));

/** By login name; `throttleId` is the same whether the name exists or not. */
export async function findStaff(
  deps: Pick<Deps, 'table' | 'blindIndex'>,
  loginName: string,
): Promise<{ readonly account: StaffAccount | undefined; readonly throttleId: string }> {
  const candidates = await blinds(deps, 'login-name', loginName);
  const found = await loginNames.getMany(deps.table, candidates, { consistent: true });
  const accountId = found.find((link) => link !== undefined)?.accountId;
  return {
    throttleId: candidates[0],
    // Also read for a name that does not exist, so that the answer takes as long.
    account: await staffAccounts.get(deps.table, accountId ?? 'nobody', { consistent: true }),
  };
}

/** A member of this institution's staff. @throws STAFF_NOT_FOUND */
export async function staffAt(
  { table }: Pick<Deps, 'table'>,
  { institutionId, accountId }: { readonly institutionId: string; readonly accountId: string },
): Promise<StaffAccount & { readonly binding: Binding }> {
  const account = await staffAccounts.get(table, accountId, { consistent: true });
  const binding = account?.bindings[institutionId];
  if (account === undefined || binding === undefined) throw identityErrors.refusal('STAFF_NOT_FOUND');
  return { ...account, binding };
}
