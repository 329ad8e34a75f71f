import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { recordAccess } from '../../shared/privacy/audit.ts';
import { checkResidentId, normaliseResidentId } from '../../shared/privacy/resident-id.ts';
import { accessTo } from './acting.ts';
import type { institutionParams, PatientSummary, patientSearchRequest } from './contracts.ts';
import { findByIdNumber } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { summaryOf } from './patient-record.ts';

const PURPOSES = {
  BOOKING: 'desk-booking',
  CHECK_IN: 'desk-check-in',
  REGISTRATION: 'desk-registration',
  IDENTITY_CLAIM: 'desk-identity-claim',
  SIGNING: 'desk-signing',
  COMPLAINT: 'desk-complaint',
} as const;

/** A desk finds the person before it by the whole ID number, for a purpose that the person will see in the trail. */
export async function findPatient(
  deps: IdentityDeps,
  call: Call<z.output<typeof institutionParams>, undefined, z.output<typeof patientSearchRequest>>,
): Promise<PatientSummary> {
  const idNumber = normaliseResidentId(call.body.idNumber);
  const isWellFormed = checkResidentId(idNumber, dayOf(deps.clock.now())).ok;
  const patient = isWellFormed ? await findByIdNumber(deps, idNumber) : undefined;
  if (patient === undefined) throw identityErrors.refusal('PATIENT_NOT_FOUND');
  const { patientId } = patient;
  await recordAccess(
    deps.table,
    deps.ids,
    accessTo(deps, call, { patientId, action: 'READ', purpose: PURPOSES[call.body.purpose] }),
  );
  return summaryOf(deps, patient);
}
