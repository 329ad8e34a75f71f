import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { residentOf } from './acting.ts';
import { claimPatient } from './claim-patient.ts';
import { consentTo } from './consent.ts';
import type { childRequest, LinkedPatient } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, identitySettings, policyToday } from './identity-deps.ts';
import { openedPerson, summaryOf } from './patient-record.ts';
import { guardianshipEndsAt, isMinor } from './rules.ts';
import { activeAccount, patientOf } from './store.ts';
import { verifiedPerson } from './verified-person.ts';

/** A verified adult declares to be a minor's guardian; at the adult birthday it ends by itself (rule G1). */
export async function addChild(
  deps: IdentityDeps,
  call: Call<undefined, undefined, z.output<typeof childRequest>>,
): Promise<LinkedPatient> {
  const { accountId } = residentOf(call);
  const { patientId: ownPatientId } = await activeAccount(deps, accountId);
  if (ownPatientId === undefined) throw identityErrors.refusal('NOT_VERIFIED');
  const account = consentTo(deps, call.body.noticeVersion);
  const policy = policyToday(deps);
  const today = dayOf(deps.clock.now());
  const guardian = await openedPerson(deps, await patientOf(deps, ownPatientId));
  if (isMinor(guardian.birthDate, today, policy)) throw identityErrors.refusal('GUARDIAN_TOO_YOUNG');
  const verified = await verifiedPerson(deps, call.body, {
    accountId,
    check: ({ idNumber, birthDate }) => {
      if (idNumber === guardian.idNumber) throw identityErrors.refusal('OWN_ID_NUMBER');
      if (!isMinor(birthDate, today, policy)) throw identityErrors.refusal('NOT_A_MINOR');
    },
  });
  const until = guardianshipEndsAt(verified.person.birthDate, policy);
  const { kinship } = call.body;
  const patient = await claimPatient(deps, call, {
    ...verified,
    synthetic: identitySettings(deps).demo,
    relation: { accountId, kind: 'GUARDIAN', kinship, until, account },
  });
  return { ...(await summaryOf(deps, patient)), relation: 'GUARDIAN', kinship, until };
}
