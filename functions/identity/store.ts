import { entity } from '../../shared/data/entity.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { Kinship, Verification } from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { StatusOf } from './rules.ts';

/** What an account may do for a patient; ids to kinds, so that one condition counts them and finds one. */
type FamilyKind = 'GUARDIAN' | 'FAMILY';

/** A resident's login. Fields said to be sealed open with the item's own key only. */
export interface Account {
  readonly accountId: string;
  readonly status: StatusOf<'account'>;
  readonly createdAt: string;
  /** Sealed. */
  readonly openid: string;
  /** Key of the link that finds this account by openid. */
  readonly openidBlind: string;
  /** Sealed. */
  readonly phone?: string;
  readonly phoneBlind?: string;
  /** Own patient, once verified. */
  readonly patientId?: string;
  readonly noticeVersion?: string;
  readonly noticeAt?: string;
  /** Patient id → kind: whom this account may act for besides its own patient. */
  readonly family: Readonly<Record<string, FamilyKind>>;
  readonly attempts?: { readonly day: string; readonly count: number };
  readonly deactivatedAt?: string;
}

export interface Patient {
  readonly patientId: string;
  /** Sealed, as are the next four. */
  readonly name: string;
  readonly idNumber: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly phone?: string;
  /** The phone was given for a minor by somebody else: whoever has it is not by that this person. */
  readonly phoneOfOthers?: boolean;
  readonly verification: Verification;
  readonly synthetic: boolean;
  readonly registeredAt: string;
  /** The notice agreed to at the desk, where no account holds it. */
  readonly noticeVersion?: string;
  /** Account id → since: accounts of this very person. */
  readonly owners: Readonly<Record<string, string>>;
  /** Account id → kind: who else may act. */
  readonly delegates: Readonly<Record<string, FamilyKind>>;
}

/** What goes with a phone that is not the patient's own. */
export const PHONE = ['phone', 'phoneOfOthers'] as const;

export interface Link {
  readonly accountId: string;
  readonly patientId: string;
  readonly kind: 'SELF' | FamilyKind;
  readonly kinship?: Kinship;
  readonly status: StatusOf<'link'>;
  readonly since: string;
  /** Instant; exclusive. */
  readonly until?: string;
  readonly endedAt?: string;
}

export interface Invitation {
  readonly accountId: string;
  readonly kinship: Kinship;
  readonly status: StatusOf<'invitation'>;
  /** Instant; exclusive. */
  readonly validUntil: string;
  readonly acceptedBy?: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export interface Claim {
  readonly claimId: string;
  readonly accountId: string;
  readonly patientId: string;
  readonly kind: 'SELF' | 'GUARDIAN';
  readonly kinship?: Kinship;
  /** Sealed: as the claimant gave it. */
  readonly name: string;
  readonly status: StatusOf<'claim'>;
  readonly claimedAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
}

const CONTEXT = 'identity';

export const accounts = entity<string, Account>(CONTEXT, 'account', (accountId) => ({
  pk: `identity#account#${accountId}`,
  sk: 'account',
}));

/** Openid → account, by blind index: the put that lets one of two simultaneous first logins win. */
export const openids = entity<string, { readonly accountId: string }>(CONTEXT, 'openid', (blind) => ({
  pk: `identity#openid#${blind}`,
  sk: 'account',
}));

export const patients = entity<string, Patient>(CONTEXT, 'patient', (patientId) => ({
  pk: `identity#patient#${patientId}`,
  sk: 'patient',
}));

/** ID number → patient, by blind index: one patient per number in the city. */
export const idNumbers = entity<string, { readonly patientId: string }>(CONTEXT, 'id number', (blind) => ({
  pk: `identity#id-number#${blind}`,
  sk: 'patient',
}));

export const links = entity<Pick<Link, 'accountId' | 'patientId'>, Link>(
  CONTEXT,
  'link',
  ({ accountId, patientId }) => ({ pk: `identity#account#${accountId}`, sk: `patient#${patientId}` }),
);

export const invitations = entity<string, Invitation>(CONTEXT, 'invitation', (blind) => ({
  pk: `identity#invitation#${blind}`,
  sk: 'invitation',
}));

export const claims = entity<string, Claim>(CONTEXT, 'claim', (claimId) => ({
  pk: `identity#claim#${claimId}`,
  sk: 'claim',
}));

/** Partition of the `lookup` index in which open claims wait for a desk; a decided one has left it. */
export const OPEN_CLAIMS = 'identity#open-claims';

/** @throws ACCOUNT_INACTIVE, UNAUTHENTICATED when there is none. */
export async function activeAccount({ table }: Pick<Deps, 'table'>, accountId: string): Promise<Account> {
  const account = await accounts.get(table, accountId, { consistent: true });
  if (account === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
  if (account.status !== 'ACTIVE') throw identityErrors.refusal('ACCOUNT_INACTIVE');
  return account;
}

/** A patient that an id in hand names: its absence is a defect. */
export async function patientOf({ table }: Pick<Deps, 'table'>, patientId: string): Promise<Patient> {
  const patient = await patients.get(table, patientId, { consistent: true });
  if (patient === undefined) throw new Error('a patient id without its patient');
  return patient;
}

/** A number stored before the blind key was rotated stands under an older blind: the new one must not pass it by. */
export function unlessUnder(
  kind: typeof openids | typeof idNumbers,
  older: readonly string[],
): TransactOperation[] {
  return older.map((blind) => kind.checkOperation(blind, { $exists: false }));
}
