import { answerTask } from '../../../functions/followup/answer-task.ts';
import { openPlan } from '../../../functions/followup/open-plan.ts';
import { listPlans, showPlan } from '../../../functions/followup/show-plan.ts';
import type { Plan } from '../../../functions/followup/store.ts';
import { DAY_MS } from '../../../shared/kernel/china-time.ts';
import { addPatient } from '../../contexts/booking/scene.ts';
import type { TestDeps } from '../../support/deps.ts';
import { each, type Grown, peopleOf } from './grown.ts';

const BATCH = 100;

const ANSWER = {
  questionnaire: 'hypertension|2026-1',
  item: [
    { linkId: 'sbp', answer: [{ valueInteger: 128 }] },
    { linkId: 'dbp', answer: [{ valueInteger: 80 }] },
    { linkId: 'medication', answer: [{ valueCoding: { code: 'REGULAR' } }] },
    ...['adverseReaction', 'complication', 'dangerSigns'].map((linkId) => ({
      linkId,
      answer: [{ valueBoolean: false }],
    })),
  ],
};

async function open(deps: TestDeps, patientId: string, careTeamId: string): Promise<Plan> {
  await addPatient(deps, patientId);
  return openPlan(deps, {
    patientId,
    template: 'HYPERTENSION',
    place: { institutionId: 'town', careTeamId },
    basedOn: 'bench',
  });
}

/** A city with more plans has more teams and more days on which visits are due: each hundred of others have their own. */
export const plans: Grown = {
  what: 'follow-up plans',
  batch: BATCH,
  async fill(deps, index) {
    const now = deps.clock.now();
    deps.clock.advance(index * DAY_MS);
    for (let number = 0; number < BATCH; number += 1)
      await open(deps, `o${index}-${number}`, `team-${index}`);
    deps.clock.set(new Date(now).toISOString());
  },
  async costs(deps, spent, round) {
    const residents = peopleOf(round);
    const opened: Plan[] = [];
    const planOf = (index: number): Plan => {
      const plan = opened[index];
      if (plan === undefined) throw new Error('nobody has a plan');
      return plan;
    };
    return {
      open: await each(spent, residents, async (patientId) =>
        opened.push(await open(deps, patientId, `team-${round}`)),
      ),
      list: await each(spent, residents, (patientId) => listPlans(deps, patientId)),
      show: await each(spent, residents, (_, index) => showPlan(deps, planOf(index))),
      answer: await each(spent, residents, (patientId, index) => {
        const { planId, openTask = '' } = planOf(index);
        const doer = { by: `account-${patientId}`, role: 'resident' };
        return answerTask(deps, { patientId, planId, taskId: openTask }, ANSWER, {
          doer,
          requestKey: 'answer-1',
        });
      }),
    };
  },
};
