import { withdrawReferral } from '../../../functions/referral/attend.ts';
import { decideAtCentre } from '../../../functions/referral/decide-at-centre.ts';
import { PATIENT } from './people.ts';
import type { Story } from './stories.ts';
import { COUNTY } from './world.ts';

/** The centre accepts and the patient withdraws, before any event of either is delivered. */
export async function applyBoth({ world }: Story, referralId: string): Promise<void> {
  const id = { patientId: PATIENT, referralId };
  const centre = { by: 'acc-county-coord', role: 'referral-coordinator', institutionId: COUNTY };
  await decideAtCentre(world.deps, id, { decision: 'ACCEPT' }, { doer: centre, requestKey: 'one' });
  const patient = { by: 'account-patient', role: 'resident' };
  await withdrawReferral(world.deps, id, { reason: '不去了' }, { doer: patient, requestKey: 'two' });
  await world.settle();
}
