import { applyForReferral } from '../../../functions/referral/apply-for-referral.ts';
import { emergencyBody as applicationSchema } from '../../../functions/referral/contracts.ts';
import { reviewAtGate } from '../../../functions/referral/review-at-gate.ts';
import { listOfPatient, showReferral } from '../../../functions/referral/show-referral.ts';
import type { Referral } from '../../../functions/referral/store.ts';
import { addPatient } from '../../contexts/booking/scene.ts';
import { application } from '../../contexts/referral/people.ts';
import { addPlaces, TOWN } from '../../contexts/referral/world.ts';
import type { TestDeps } from '../../support/deps.ts';
import { each, type Grown, peopleOf } from './grown.ts';

const BATCH = 100;

const REVIEWER = { by: 'acc-town-coord', role: 'referral-coordinator', institutionId: TOWN };

async function apply(deps: TestDeps, patientId: string): Promise<Referral> {
  await addPatient(deps, patientId);
  const doer = {
    by: 'acc-town-doctor',
    role: 'family-doctor',
    institutionId: TOWN,
    practitionerId: 'dr-town',
  };
  return applyForReferral(deps, {
    patientId,
    direction: 'UP',
    urgency: 'GREEN',
    application: applicationSchema.parse(application()),
    doer,
    requestKey: `${patientId}-key`,
  });
}

/** All of one town, others' too, which have ended: what waits at a desk is never many. */
export const referrals: Grown = {
  what: 'referrals',
  batch: BATCH,
  open: addPlaces,
  async fill(deps, index) {
    for (let number = 0; number < BATCH; number += 1) {
      const referral = await apply(deps, `o${index}-${number}`);
      const rejected = { decision: 'REJECT', reason: '可在本院处理' } as const;
      await reviewAtGate(deps, referral, rejected, { doer: REVIEWER, requestKey: 'review-1' });
      deps.clock.advance(1_000);
    }
  },
  async costs(deps, spent, round) {
    const residents = peopleOf(round);
    const applied: Referral[] = [];
    const referralOf = (index: number): Referral => {
      const referral = applied[index];
      if (referral === undefined) throw new Error('nobody is referred');
      return referral;
    };
    return {
      apply: await each(spent, residents, async (patientId) => applied.push(await apply(deps, patientId))),
      list: await each(spent, residents, (patientId) => listOfPatient(deps, patientId)),
      show: await each(spent, residents, (_, index) => showReferral(deps, referralOf(index))),
      review: await each(spent, residents, (_, index) =>
        reviewAtGate(
          deps,
          referralOf(index),
          { decision: 'APPROVE' },
          { doer: REVIEWER, requestKey: 'review-1' },
        ),
      ),
    };
  },
};
