import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { ageOn, dayOf } from '../../shared/kernel/china-time.ts';
import { residentOf } from './acting.ts';
import { claimPatient } from './claim-patient.ts';
import { consentTo } from './consent.ts';
import type { PatientSummary, verificationRequest } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, identitySettings, policyToday } from './identity-deps.ts';
import { summaryOf } from './patient-record.ts';
import { activeAccount } from './store.ts';
import { verifiedPerson } from './verified-person.ts';

/** Real-name verification: the account becomes somebody, once. */
export async function verifyIdentity(
  deps: IdentityDeps,
  call: Call<undefined, undefined, z.output<typeof verificationRequest>>,
): Promise<PatientSummary> {
  const { accountId } = residentOf(call);
  await activeAccount(deps, accountId);
  const account = consentTo(deps, call.body.noticeVersion);
  const { ownAccountMinAge } = policyToday(deps);
  const verified = await verifiedPerson(deps, call.body, {
    accountId,
    check: ({ birthDate }) => {
      if (ageOn(birthDate, dayOf(deps.clock.now())) < ownAccountMinAge) {
        throw identityErrors.refusal('TOO_YOUNG', { context: { minAge: ownAccountMinAge } });
      }
    },
  });
  const patient = await claimPatient(deps, call, {
    ...verified,
    synthetic: identitySettings(deps).demo,
    relation: { accountId, kind: 'SELF', account },
  });
  return summaryOf(deps, patient);
}
