import { withdrawReferral } from '../../../functions/referral/attend.ts';
import { decideAtCentre } from '../../../functions/referral/decide-at-centre.ts';
import { PATIENT } from './people.ts';
import type { Story } from './stories.ts';
import { COUNTY } from './world.ts';

/** The centre accepts; no event of it is delivered yet. */
export async function acceptUnheard({ world }: Story, referralId: string): Promise<void> {
  const doer = { by: 'acc-county-coord', role: 'referral-coordinator', institutionId: COUNTY };
  const id = { patientId: PATIENT, referralId };
  await decideAtCentre(world.deps, id, { decision: 'ACCEPT' }, { doer, requestKey: 'one' });
}

/** The centre accepts and the patient withdraws, before any event of either is delivered. */
export async function acceptAndWithdraw(told: Story, referralId: string): Promise<void> {
  await acceptUnheard(told, referralId);
  const doer = { by: 'account-patient', role: 'resident' };
  const id = { patientId: PATIENT, referralId };
  await withdrawReferral(told.world.deps, id, { reason: '不去了' }, { doer, requestKey: 'two' });
  await told.world.settle();
}
