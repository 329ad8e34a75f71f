import { type Doer, keyOf, type Stepping } from '../../shared/access/acting.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { followupErrors } from './errors.ts';
import { type Place, type Plan, plans, type Task, type TaskId, tasks, teams } from './store.ts';
import { isOpen } from './transitions.ts';

const MOST_ATTEMPTS = 12;

export interface Seen {
  readonly plan: Plan;
  readonly task: Task;
}

export interface TaskStep extends Stepping {
  readonly id: TaskId;
  /** All or nothing; undefined: look again. `requestKey` is the one to keep. */
  readonly plan: (seen: Seen, requestKey: string) => Promise<readonly TransactOperation[]>;
}

/** A step by a person on an open task: judged anew when somebody was faster; a repeat is answered as it stands. */
export async function takeTask(deps: Deps, step: TaskStep): Promise<Seen> {
  const requestKey = keyOf(step);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readTask(deps, step.id, step.doer);
    if (seen.task.requestKey === requestKey) return seen;
    if (!isOpen(seen.task))
      throw followupErrors.refusal('WRONG_STATE', { context: { status: seen.task.status } });
    const outcome = await deps.table.transact(await step.plan(seen, requestKey));
    if (outcome.ok) return readTask(deps, step.id, step.doer);
  }
  throw houseErrors.refusal('CONFLICT');
}

/** @throws Refusal TASK_NOT_FOUND, also for staff of an institution that has no part in it */
export async function readTask(deps: Deps, id: TaskId, doer?: Doer): Promise<Seen> {
  const [plan, task] = await Promise.all([
    plans.get(deps.table, id, { consistent: true }),
    tasks.get(deps.table, id, { consistent: true }),
  ]);
  if (plan === undefined || task === undefined || !(await mayWorkOn(deps, plan, doer)))
    throw followupErrors.refusal('TASK_NOT_FOUND');
  return { plan, task };
}

/**
 * Residents come by their own relation to the patient, doctors of the signed team by theirs, wherever they work; other
 * staff by the institution that follows the patient up.
 */
export async function mayWorkOn(
  { table }: Pick<Deps, 'table'>,
  place: Place,
  doer: Doer | undefined,
): Promise<boolean> {
  if (doer?.institutionId === undefined || doer.institutionId === place.institutionId) return true;
  if (place.careTeamId === undefined || doer.practitionerId === undefined) return false;
  const team = await teams.get(table, place.careTeamId, { consistent: true });
  return team?.doctors.includes(doer.practitionerId) === true;
}
