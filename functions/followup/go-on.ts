import type { Doer } from '../../shared/access/acting.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { EndReason } from './codes.ts';
import { EVENTS } from './followup-event.ts';
import { newTaskOperation, planOperations, type TaskChange, taskOperation, templateOf } from './moves.ts';
import { visitTask } from './next-task.ts';
import type { Plan, Task } from './store.ts';
import type { Seen } from './take-task.ts';
import { visitStillToCome } from './visits.ts';

/** The open task ends without an answer, and the plan goes on with the next visit that can still be done, or is complete. */
export function goOnWithout(
  deps: Deps,
  { plan, task }: Seen,
  ended: TaskChange,
  doer: Doer,
): readonly TransactOperation[] {
  const from = task.visit === undefined ? plan.visit : task.visit + 1;
  const visit = visitStillToCome(templateOf(deps, plan), plan.anchor, from, dayOf(deps.clock.now()));
  const done = taskOperation(deps, task, ended, doer);
  if (visit === undefined) return [done, ...ending(deps, plan, 'COMPLETED', doer)];
  const next = visitTask(deps, plan, visit);
  return [
    done,
    ...planOperations(
      deps,
      plan,
      {
        set: { visit: visit.index, openTask: next.taskId, tasks: plan.tasks + 1 },
        news: EVENTS.planChanged,
      },
      doer,
    ),
    newTaskOperation(deps, next),
  ];
}

/** The plan's own part of its end: what becomes of its open task goes with it. */
export function ending(
  deps: Deps,
  plan: Plan,
  endedReason: EndReason,
  doer: Doer,
  set: { readonly requestKey?: string } = {},
): readonly TransactOperation[] {
  return planOperations(
    deps,
    plan,
    {
      to: 'ENDED',
      set: { ...set, endedReason },
      drop: ['openTask'],
      news: EVENTS.ended,
      more: { reason: endedReason },
    },
    doer,
  );
}

/** What becomes of the open task when the plan stops for now, or for good. */
export function stopping(
  deps: Deps,
  task: Task | undefined,
  change: TaskChange,
  doer: Doer,
): readonly TransactOperation[] {
  return task === undefined ? [] : [taskOperation(deps, task, change, doer)];
}
