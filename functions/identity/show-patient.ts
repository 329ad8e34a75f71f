import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { PatientSummary, patientParams } from './contracts.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { summaryOf } from './patient-record.ts';
import { patients } from './store.ts';

/** For those who stand in a care relation to the patient: the access rules have looked. */
export async function showPatient(
  deps: IdentityDeps,
  call: Call<z.output<typeof patientParams>>,
): Promise<PatientSummary> {
  const { patientId } = call.params;
  const patient = await patients.get(deps.table, patientId, { consistent: true });
  if (patient === undefined) throw houseErrors.refusal('NOT_FOUND');
  return summaryOf(deps, patient);
}
