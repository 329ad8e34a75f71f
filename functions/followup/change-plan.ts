import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { type Plan, type PlanId, plans, type Task, tasks } from './store.ts';

const MOST_ATTEMPTS = 12;

type Changed = readonly TransactOperation[] | undefined;

export interface SeenPlan {
  readonly plan: Plan;
  /** The open one. */
  readonly task: Task | undefined;
}

export async function readPlan({ table }: Pick<Deps, 'table'>, id: PlanId): Promise<SeenPlan | undefined> {
  const plan = await plans.get(table, id, { consistent: true });
  if (plan === undefined) return undefined;
  const { patientId, planId, openTask: taskId } = plan;
  const task =
    taskId === undefined
      ? undefined
      : await tasks.get(table, { patientId, planId, taskId }, { consistent: true });
  return { plan, task };
}

/**
 * Changes a plan with its open task, judged anew when somebody was faster. `change` answers undefined where nothing is
 * to be done; so does this, where there is no such plan.
 */
export async function changePlan(
  deps: Deps,
  id: PlanId,
  change: (seen: SeenPlan) => Changed | Promise<Changed>,
): Promise<SeenPlan | undefined> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readPlan(deps, id);
    if (seen === undefined) return undefined;
    const operations = await change(seen);
    if (operations === undefined) return seen;
    if ((await deps.table.transact(operations)).ok) return readPlan(deps, id);
  }
  throw houseErrors.refusal('CONFLICT');
}
