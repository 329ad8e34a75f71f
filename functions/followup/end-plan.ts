import { type Doer, keyOf, type Stepping, SYSTEM } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { changePlan, type SeenPlan } from './change-plan.ts';
import type { EndReason } from './codes.ts';
import { followupErrors } from './errors.ts';
import { EVENTS } from './followup-event.ts';
import { ending, stopping } from './go-on.ts';
import type { PlanId } from './store.ts';

/** A plan ends with its open task: cancelled, or deceased with the patient. */
export async function endPlan(
  deps: Deps,
  id: PlanId,
  reason: EndReason,
  { doer, requestKey }: Partial<Stepping> & { readonly doer: Doer } = { doer: SYSTEM },
): Promise<SeenPlan> {
  const set = requestKey === undefined ? {} : { requestKey: keyOf({ doer, requestKey }) };
  const seen = await changePlan(deps, id, ({ plan, task }) => {
    if (plan.status === 'ENDED') {
      if (requestKey === undefined || plan.requestKey === set.requestKey) return undefined;
      throw followupErrors.refusal('WRONG_STATE', { context: { status: plan.status } });
    }
    const isDeath = reason === 'DEATH_REPORTED';
    return [
      ...stopping(
        deps,
        task,
        isDeath
          ? { to: 'DECEASED' }
          : { to: 'CANCELLED', set: { cancelled: 'PLAN_ENDED' }, news: EVENTS.cancelled },
        doer,
      ),
      ...ending(deps, plan, reason, doer, set),
    ];
  });
  if (seen === undefined) throw followupErrors.refusal('PLAN_NOT_FOUND');
  return seen;
}
