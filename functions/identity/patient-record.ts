import type { Deps } from '../../shared/deps.ts';
import { ageOn, dayOf, parseDay } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import type { PatientSummary, Verification } from './contracts.ts';
import type { Person } from './person.ts';
import { opened, sealed } from './sealing.ts';
import { type Patient, patients } from './store.ts';

interface NewPatient {
  readonly patientId: string;
  readonly person: Person;
  readonly verification: Verification;
  readonly synthetic: boolean;
  readonly phone?: string | undefined;
  readonly phoneOfOthers?: boolean;
  readonly noticeVersion?: string | undefined;
  readonly owners?: Patient['owners'];
  readonly delegates?: Patient['delegates'];
}

/** The item of a new patient, everything personal sealed. */
export async function sealedPatient(deps: Deps, given: NewPatient): Promise<Patient> {
  const { patientId, person, verification, synthetic, phone, phoneOfOthers, noticeVersion } = given;
  const key = patients.key(patientId);
  const [name, idNumber, birthDate, sex] = await Promise.all([
    sealed(deps, key, 'name', person.name),
    sealed(deps, key, 'idNumber', person.idNumber),
    sealed(deps, key, 'birthDate', person.birthDate),
    sealed(deps, key, 'sex', person.sex),
  ]);
  return {
    patientId,
    name,
    idNumber,
    birthDate,
    sex,
    verification,
    synthetic,
    registeredAt: instant(deps.clock),
    owners: given.owners ?? {},
    delegates: given.delegates ?? {},
    ...(phone === undefined ? {} : { phone: await sealed(deps, key, 'phone', phone) }),
    ...(phone !== undefined && phoneOfOthers === true ? { phoneOfOthers } : {}),
    ...(noticeVersion === undefined ? {} : { noticeVersion }),
  };
}

export async function openedPerson(deps: Deps, patient: Patient): Promise<Person> {
  const key = patients.key(patient.patientId);
  const [name, idNumber, birthDate, sex] = await Promise.all([
    opened(deps, key, 'name', patient.name),
    opened(deps, key, 'idNumber', patient.idNumber),
    opened(deps, key, 'birthDate', patient.birthDate),
    opened(deps, key, 'sex', patient.sex),
  ]);
  return { name, idNumber, birthDate: parseDay(birthDate), sex: sex === 'male' ? 'male' : 'female' };
}

export async function openedPhone(deps: Deps, patient: Patient): Promise<string | undefined> {
  if (patient.phone === undefined) return undefined;
  return opened(deps, patients.key(patient.patientId), 'phone', patient.phone);
}

/** What people see of a patient: the masked name, age instead of birth date. */
export async function summaryOf(deps: Deps, patient: Patient): Promise<PatientSummary> {
  const { name, birthDate, sex } = await openedPerson(deps, patient);
  return {
    patientId: patient.patientId,
    name: maskName(name),
    sex,
    ageYears: ageOn(birthDate, dayOf(deps.clock.now())),
    verification: patient.verification,
    synthetic: patient.synthetic,
  };
}
