import { instant } from '../../shared/kernel/clock.ts';
import { openedAccountPhone } from './account-phone.ts';
import type { Acting } from './acting.ts';
import {
  type Enrolment,
  type EnrolmentRelation,
  findByIdNumber,
  joinPatient,
  registerPatient,
  retriedWhenLost,
} from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { openedPerson, openedPhone } from './patient-record.ts';
import type { IdentityPolicy } from './policy.ts';
import { isInForce } from './relations.ts';
import { mayRejoin, statesBefore } from './rules.ts';
import { blinds, derivedCode, sealed } from './sealing.ts';
import { type Account, activeAccount, claims, type Link, links, OPEN_CLAIMS, type Patient } from './store.ts';

type Claiming = Pick<Enrolment, 'person' | 'verification' | 'synthetic'> & {
  readonly relation: EnrolmentRelation;
};

/**
 * An account says that it is somebody, or is somebody's guardian. A number nobody holds becomes a patient; a number
 * that is held joins by rule P1, or waits for the desk. Repeating it changes nothing.
 * @throws ALREADY_VERIFIED, FAMILY_LIMIT, ID_NUMBER_HELD, ACCOUNT_INACTIVE
 */
export function claimPatient(deps: IdentityDeps, acting: Acting, claiming: Claiming): Promise<Patient> {
  const { person, relation } = claiming;
  const purpose = relation.kind === 'SELF' ? 'self' : 'guardian';
  return retriedWhenLost(async () => {
    const account = await activeAccount(deps, relation.accountId);
    const existing = await findByIdNumber(deps, person.idNumber);
    const link =
      existing === undefined
        ? undefined
        : await links.get(deps.table, { ...existing, accountId: account.accountId }, { consistent: true });
    if (existing !== undefined && link !== undefined && isInForce(link, instant(deps.clock))) return existing;
    refuseOverLimits(policyToday(deps), account, existing, relation.kind);
    if (existing === undefined) {
      const phone = await openedAccountPhone(deps, account);
      return registerPatient(deps, acting, { ...claiming, phone, purpose });
    }
    if (await isSamePerson(deps, account, existing, claiming)) {
      // Tried with another phone before, it waits at the desk for nothing.
      const closing = claims.deleteOperation(await claimIdOf(deps, existing, relation));
      return joinPatient(deps, acting, existing, { ...claiming, purpose, closing });
    }
    const claimId = await openClaim(deps, existing, claiming);
    throw identityErrors.refusal('ID_NUMBER_HELD', { context: { claimId } });
  });
}

/** One person of one's own, and so many others on either side. @throws ALREADY_VERIFIED, FAMILY_LIMIT */
export function refuseOverLimits(
  { familyMembersMax }: Pick<IdentityPolicy, 'familyMembersMax'>,
  account: Account,
  patient: Patient | undefined,
  kind: Link['kind'],
): void {
  if (kind === 'SELF') {
    if (account.patientId !== undefined) throw identityErrors.refusal('ALREADY_VERIFIED');
    return;
  }
  const counts = [account.family, patient?.delegates ?? {}].map((members) => Object.keys(members).length);
  if (counts.some((count) => count >= familyMembersMax)) {
    throw identityErrors.refusal('FAMILY_LIMIT', { context: { limit: familyMembersMax } });
  }
}

async function isSamePerson(
  deps: IdentityDeps,
  { phoneBlind }: Account,
  patient: Patient,
  { person: { name }, relation }: Claiming,
): Promise<boolean> {
  const registered = await openedPerson(deps, patient);
  // A guardian's phone makes another guardian, never the child: that relation would not end with the 18th birthday.
  const isOthers = relation.kind === 'SELF' && patient.phoneOfOthers === true;
  const phone = isOthers ? undefined : await openedPhone(deps, patient);
  const phoneMatches =
    phone !== undefined &&
    phoneBlind !== undefined &&
    (await blinds(deps, 'phone', phone)).includes(phoneBlind);
  return mayRejoin({ nameMatches: registered.name === name, phoneMatches }, policyToday(deps));
}

function claimIdOf(
  deps: IdentityDeps,
  { patientId }: Pick<Patient, 'patientId'>,
  { accountId, kind }: EnrolmentRelation,
): Promise<string> {
  return derivedCode(deps, 'claim', accountId, patientId, kind);
}

/** One claim per account and patient, however often it is tried; a decided one is opened again. */
async function openClaim(
  deps: IdentityDeps,
  { patientId }: Patient,
  { person, relation }: Claiming,
): Promise<string> {
  const { accountId, kind, kinship } = relation;
  const claimId = await claimIdOf(deps, { patientId }, relation);
  const claimedAt = instant(deps.clock);
  const claim = {
    claimId,
    accountId,
    patientId,
    kind,
    name: await sealed(deps, claims.key(claimId), 'name', person.name),
    status: 'OPEN' as const,
    claimedAt,
    lookupPk: OPEN_CLAIMS,
    lookupSk: `${claimedAt}#${claimId}`,
    ...(kinship === undefined ? {} : { kinship }),
  };
  await claims.put(deps.table, claimId, claim, {
    if: { $any: [{ $exists: false }, { status: { in: statesBefore('claim', 'OPEN') } }] },
  });
  return claimId;
}
