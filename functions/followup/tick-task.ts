import { SYSTEM } from '../../shared/access/acting.ts';
import type { TimerHandler } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { EVENTS } from './followup-event.ts';
import { goOnWithout } from './go-on.ts';
import { policyNow, type TaskChange, tryTask } from './moves.ts';
import { type Plan, plans, type Task, taskOf, tasks } from './store.ts';
import { placeDay } from './visits.ts';
import { type Due, isQuiet, nextDue, nextMorning } from './waits.ts';

/** What time does with a task: one thing a call, one conditional write each; the next one is the next timer. */

const WORK: Readonly<Record<Exclude<Due, 'LOSE'>, (deps: Deps, task: Task) => TaskChange>> = {
  OPEN: (deps, task) => ({ to: 'DUE', ...placedAnew(deps, task) }),
  REMIND: (deps, task) => ({ to: 'REMINDED', ...reminder(deps, task, task.kind) }),
  CLOSE: () => ({ to: 'OVERDUE' }),
  REMIND_AGAIN: (deps, task) => reminder(deps, task, 'OVERDUE'),
};

const TOLD: readonly Due[] = ['REMIND', 'REMIND_AGAIN'];

export const tickTask: TimerHandler = async (deps, { key }) => {
  const task = await tasks.get(deps.table, taskOf(key), { consistent: true });
  if (task === undefined) return;
  const policy = policyNow(deps);
  const next = nextDue(policy, task);
  if (next === undefined) return;
  // By a policy that is newer than the timer: left alone it would be cleared, and never come again.
  if (next.at > instant(deps.clock)) return write(deps, task, { timerAt: next.at });
  if (next.due === 'LOSE') return lose(deps, task);
  const isAtNight = TOLD.includes(next.due) && isQuiet(policy, deps.clock.now());
  return write(deps, task, isAtNight ? untilMorning(deps, task) : WORK[next.due](deps, task));
};

async function write(deps: Deps, task: Task, change: TaskChange): Promise<void> {
  if (!(await tryTask(deps, task, change, SYSTEM))) throw houseErrors.refusal('CONFLICT');
}

/** The event in the item is the reminder: written once, under the version that was seen, it is sent once. */
function reminder(deps: Deps, task: Task, template: string): TaskChange {
  const today = dayOf(deps.clock.now());
  return {
    set: { reminders: task.reminders + 1 },
    news: EVENTS.reminder,
    more: { template, dueOn: task.dueOn < today ? today : task.dueOn, reminder: task.reminders + 1 },
  };
}

/** A sweep may come late: what is due at night goes out in the morning. */
function untilMorning(deps: Deps, task: Task): TaskChange {
  const now = deps.clock.now();
  return { timerAt: nextMorning(policyNow(deps), task, now, dayOf(now)) };
}

/** A day that rested on plain weekdays, once the year's notice is out. */
function placedAnew(deps: Deps, task: Task): Pick<TaskChange, 'set' | 'drop'> {
  if (task.provisional === undefined) return {};
  // Of a task that was put off its window begins with the day that was asked for.
  const meant = task.deferrals > 0 ? { ...task, at: task.from } : task;
  const placed = placeDay(policyNow(deps), meant, dayOf(deps.clock.now()));
  return placed.provisional === undefined ? { set: placed, drop: ['provisional'] } : {};
}

/** 失访: nobody answered, whatever was sent. The plan goes on with its next visit. */
async function lose(deps: Deps, task: Task): Promise<void> {
  const plan: Plan | undefined = await plans.get(deps.table, task, { consistent: true });
  if (plan === undefined) return;
  const operations = goOnWithout(deps, { plan, task }, { to: 'LOST', news: EVENTS.lost }, SYSTEM);
  if (!(await deps.table.transact(operations)).ok) throw houseErrors.refusal('CONFLICT');
}
