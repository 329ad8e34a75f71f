import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { recordAccess } from '../../shared/privacy/audit.ts';
import { accessTo } from './acting.ts';
import { consentTo } from './consent.ts';
import type { deskPatient, deskPatientRequest, institutionParams } from './contracts.ts';
import { findByIdNumber, registerPatient, retriedWhenLost } from './enrol-patient.ts';
import { type IdentityDeps, identitySettings } from './identity-deps.ts';
import { summaryOf } from './patient-record.ts';
import { checkedPerson } from './person.ts';
import { askAuthority } from './verified-person.ts';

const PURPOSE = 'desk-registration';

/**
 * A person without WeChat, or without a phone, registered by a clerk who sees the card. Whoever is registered already
 * is found and nothing is changed.
 */
export async function registerAtDesk(
  deps: IdentityDeps,
  call: Call<z.output<typeof institutionParams>, undefined, z.output<typeof deskPatientRequest>>,
): Promise<z.input<typeof deskPatient>> {
  consentTo(deps, call.body.noticeVersion);
  const person = checkedPerson(call.body, dayOf(deps.clock.now()));
  const { phone, noticeVersion } = call.body;
  return retriedWhenLost(async () => {
    const existing = await findByIdNumber(deps, person.idNumber);
    if (existing !== undefined) {
      const { patientId } = existing;
      await recordAccess(
        deps.table,
        deps.ids,
        accessTo(deps, call, { patientId, action: 'READ', purpose: PURPOSE }),
      );
      return { ...(await summaryOf(deps, existing)), registered: false };
    }
    const patient = await registerPatient(deps, call, {
      person,
      verification: await askAuthority(deps, person),
      synthetic: identitySettings(deps).demo,
      phone,
      noticeVersion,
      purpose: PURPOSE,
    });
    return patient === undefined ? undefined : { ...(await summaryOf(deps, patient)), registered: true };
  });
}
