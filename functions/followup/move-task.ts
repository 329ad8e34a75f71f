import type { Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { addDays, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { followupErrors } from './errors.ts';
import { EVENTS } from './followup-event.ts';
import { goOnWithout } from './go-on.ts';
import { policyNow, taskOperation } from './moves.ts';
import type { TaskId } from './store.ts';
import { type Seen, takeTask } from './take-task.ts';
import { placeDay } from './visits.ts';

/** 延期: to a working day not later than policy allows, counted from the day that was meant; so often and no more. */
export async function deferTask(
  deps: Deps,
  id: TaskId,
  { to }: { readonly to: Day },
  stepping: Stepping,
): Promise<Seen> {
  return takeTask(deps, {
    id,
    ...stepping,
    plan: async ({ task }, requestKey) => {
      const policy = policyNow(deps);
      const today = dayOf(deps.clock.now());
      const { most, mostDays } = policy.deferral;
      const last = addDays(task.at < today ? today : task.at, mostDays);
      if (to <= today || to > last || task.deferrals >= most)
        throw followupErrors.refusal('DEFERRAL_REFUSED', {
          context: { until: last, left: Math.max(0, most - task.deferrals) },
        });
      // A holiday that lasts beyond what policy allows: on the working day before it.
      const placed = placeDay(policy, { from: addDays(today, 1), at: to, until: last }, today);
      const from = placed.dueOn < to ? placed.dueOn : to;
      const until = [to, task.until, placed.dueOn].reduce((one, other) => (other > one ? other : one));
      return [
        taskOperation(
          deps,
          task,
          {
            to: 'DEFERRED',
            // What was sent was for the day that has been put off.
            set: {
              from,
              until,
              ...placed,
              deferrals: task.deferrals + 1,
              reminders: 0,
              requestKey,
            },
            ...(placed.provisional === undefined ? { drop: ['provisional'] as const } : {}),
            news: EVENTS.deferred,
          },
          stepping.doer,
        ),
      ];
    },
  });
}

/** 取消: this visit is not made; the plan goes on with the next. */
export async function cancelTask(deps: Deps, id: TaskId, stepping: Stepping): Promise<Seen> {
  return takeTask(deps, {
    id,
    ...stepping,
    plan: async (seen, requestKey) =>
      goOnWithout(
        deps,
        seen,
        { to: 'CANCELLED', set: { cancelled: 'DOCTOR_CANCELLED', requestKey }, news: EVENTS.cancelled },
        stepping.doer,
      ),
  });
}
