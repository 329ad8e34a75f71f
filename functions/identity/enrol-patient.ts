import { PATIENT_SCOPE, patientProfileItem } from '../../shared/access/patient-view.ts';
import { personItems } from '../../shared/access/person-view.ts';
import { phoneItem } from '../../shared/access/phone-view.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { TransactOperation, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import { type Acting, accessTo, audited, tracing } from './acting.ts';
import type { Kinship, Verification } from './contracts.ts';
import { policyToday } from './identity-deps.ts';
import { sealedPatient } from './patient-record.ts';
import type { Person } from './person.ts';
import { patientSide, startedRelation } from './relations.ts';
import { isMinor } from './rules.ts';
import { blinds } from './sealing.ts';
import { idNumbers, type Patient, patients, unlessUnder } from './store.ts';

export interface Enrolment {
  readonly person: Person;
  readonly verification: Verification;
  readonly synthetic: boolean;
  readonly phone?: string | undefined;
  /** Where no account holds the consent. */
  readonly noticeVersion?: string;
  /** Left out at the desk: nobody may act for the patient but staff, until an account is verified. */
  readonly relation?: EnrolmentRelation;
  /** Ground of the access, for the audit. */
  readonly purpose: string;
}

export interface EnrolmentRelation {
  readonly accountId: string;
  readonly kind: 'SELF' | 'GUARDIAN';
  readonly kinship?: Kinship;
  readonly until?: string;
  /** Set on the account in the same write: what it agreed to. */
  readonly account: Record<string, Value>;
}

/** The patient that a number stands for in this city, if there is one. */
export async function findByIdNumber(deps: Deps, idNumber: string): Promise<Patient | undefined> {
  return (await findByIdNumbers(deps, [idNumber]))[0];
}

/** The same for many, in the order asked. */
export async function findByIdNumbers(
  deps: Deps,
  numbers: readonly string[],
): Promise<readonly (Patient | undefined)[]> {
  const candidates = await Promise.all(numbers.map((number) => blinds(deps, 'resident-id', number)));
  const asked = candidates.flat();
  const entries = await idNumbers.getMany(deps.table, asked, { consistent: true });
  const idOf = new Map(asked.map((blind, index) => [blind, entries[index]?.patientId]));
  const ids = candidates.map((some) => some.map((blind) => idOf.get(blind)).find((id) => id !== undefined));
  const known = ids.filter((id) => id !== undefined);
  const found = await patients.getMany(deps.table, known, { consistent: true });
  if (found.includes(undefined)) throw new Error('a patient id without its patient');
  const patientOfId = new Map(known.map((id, index) => [id, found[index]]));
  return ids.map((id) => (id === undefined ? undefined : patientOfId.get(id)));
}

/**
 * E1 One patient per ID number in the city. All of it in one transaction: the number's claim, the record, the shared
 * views, the relation with its two sides, the audit. Undefined: somebody else was faster, nothing was written.
 */
export async function registerPatient(
  deps: Deps,
  acting: Acting,
  enrolment: Enrolment,
): Promise<Patient | undefined> {
  const { patient, operations } = await enrolmentOf(deps, acting, enrolment);
  const outcome = await deps.table.transact(operations);
  return outcome.ok ? patient : undefined;
}

/** Those operations, for whoever enrols several at once. */
export async function enrolmentOf(
  deps: Deps,
  acting: Acting,
  enrolment: Enrolment,
): Promise<{ readonly patient: Patient; readonly operations: readonly TransactOperation[] }> {
  const { person, relation, synthetic, purpose, phone } = enrolment;
  // Short on purpose: it is the holder in a schedule’s claim item, which has to stay under 1 KB.
  const patientId = deps.ids.next(8);
  const [blind, ...older] = await blinds(deps, 'resident-id', person.idNumber);
  const today = dayOf(deps.clock.now());
  const patient = await sealedPatient(deps, {
    ...enrolment,
    patientId,
    phoneOfOthers: relation?.kind !== 'SELF' && isMinor(person.birthDate, today, policyToday(deps)),
    ...(relation === undefined ? {} : sidesOf(deps, relation)),
  });
  const event = eventFor(deps, 'identity.patient-registered', {
    data: { patientId, ...(relation === undefined ? {} : { accountId: relation.accountId }) },
    ...tracing(acting),
  });
  const operations = [
    idNumbers.putOperation(blind, { patientId }, { if: { $exists: false } }),
    ...unlessUnder(idNumbers, older),
    patients.putOperation(patientId, patient, { if: { $exists: false }, event }),
    {
      put: await patientProfileItem(deps, patientId, {
        ...person,
        synthetic,
        maskedName: maskName(person.name),
      }),
    },
    ...(phone === undefined ? [] : [{ put: await phoneItem(deps, patientId, phone) }]),
    ...(await personItems(deps, patientId, person)).map((put) => ({ put })),
    ...relationOperations(deps, acting, patientId, relation),
    audited(deps, accessTo(deps, acting, { patientId, action: 'WRITE', purpose })),
  ];
  return { patient, operations };
}

/** A further account gets a relation to a patient that is there. Undefined: lost a race, nothing was written. */
export async function joinPatient(
  deps: Deps,
  acting: Acting,
  patient: Patient,
  {
    relation,
    purpose,
    verification,
    closing,
  }: Required<Pick<Enrolment, 'relation' | 'purpose'>> &
    Pick<Enrolment, 'verification'> & { readonly closing: TransactOperation },
): Promise<Patient | undefined> {
  const { patientId } = patient;
  const { familyMembersMax } = policyToday(deps);
  // A better verification stays; a mere format check never replaces one by the authority.
  const changes = verification === 'public-security' ? { verification } : {};
  const outcome = await deps.table.transact([
    ...relationOperations(deps, acting, patientId, relation),
    patientSide(deps, { ...relation, patientId }, { familyMembersMax, changes }),
    closing,
    audited(deps, accessTo(deps, acting, { patientId, action: 'WRITE', purpose })),
  ]);
  return outcome.ok ? { ...patient, ...changes } : undefined;
}

/** Lost races are read again and decided again; who loses this often meets a storm on one record. */
export async function retriedWhenLost<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 5; tries += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw houseErrors.refusal('CONFLICT');
}

function relationOperations(
  deps: Deps,
  acting: Acting,
  patientId: string,
  relation: EnrolmentRelation | undefined,
): TransactOperation[] {
  if (relation === undefined) return [];
  const { familyMembersMax } = policyToday(deps);
  return startedRelation(
    deps,
    acting,
    { ...relation, patientId },
    { familyMembersMax, account: relation.account },
  );
}

function sidesOf(deps: Deps, { accountId, kind }: EnrolmentRelation): Pick<Patient, 'owners' | 'delegates'> {
  return kind === 'SELF'
    ? { owners: { [accountId]: new Date(deps.clock.now()).toISOString() }, delegates: {} }
    : { owners: {}, delegates: { [accountId]: kind } };
}

/** Key ring of the shared profile, besides identity's own. */
export const PROFILE_KEYS = `keys#${PATIENT_SCOPE}`;
