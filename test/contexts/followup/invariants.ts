import type { FollowupPolicy } from '../../../functions/followup/policy.ts';
import type { Care, Plan, Task } from '../../../functions/followup/store.ts';
import { OPEN_TASKS, TASK_TRANSITIONS } from '../../../functions/followup/transitions.ts';
import type { Item } from '../../../shared/data/table.ts';
import { timeOf } from '../../../shared/kernel/china-time.ts';

/** The rules of follow-up told a second time, on what is stored, without the code that keeps them. */

class RuleBroken extends Error {}

function must(rule: string, holds: boolean, what: string): void {
  if (!holds) throw new RuleBroken(`${rule}: ${what}`);
}

// Nothing but the context wrote these items.
const kind = <T>(items: readonly Item[], prefix: string): readonly T[] =>
  items.filter(({ pk, sk }) => pk.startsWith('followup#patient#') && sk.startsWith(prefix)) as unknown as T[];

/** Reminders seen so far, by what each is of. */
export type Reminders = Map<string, string>;

/** Holds between any two writes. */
export function checkRules(items: readonly Item[], policy: FollowupPolicy, reminders: Reminders): void {
  const plans = kind<Plan>(items, 'plan#');
  const tasks = kind<Task>(items, 'task#');
  const locks = kind<{ sk: string; pk: string; planId: string }>(items, 'open#');
  const answered = new Set(kind<{ taskId: string }>(items, 'answer#').map(({ taskId }) => taskId));
  const open = plans.filter(({ status }) => status !== 'ENDED');
  must('F1', locks.length === open.length, 'as many locks as open plans');
  for (const { patientId, planId, template } of open) {
    const lock = locks.find(({ pk, sk }) => pk.endsWith(`#${patientId}`) && sk === `open#${template}`);
    must('F1', lock?.planId === planId, `${template} of ${patientId} is not the one that is open`);
  }
  for (const { planId, status, openTask } of plans) {
    const mine = tasks.filter((task) => task.planId === planId && OPEN_TASKS.includes(task.status));
    must('F2', mine.length === (status === 'ACTIVE' ? 1 : 0), `${status} with ${mine.length} open tasks`);
    must('F2', mine[0]?.taskId === openTask, 'the open task is another');
  }
  for (const { taskId, history, status } of tasks) {
    must('F3', history.at(-1)?.status === status, 'the history ends elsewhere');
    for (const [index, { status: to }] of history.entries()) {
      const from = history[index - 1]?.status;
      const allowed: readonly string[] = from === undefined ? ['SCHEDULED'] : TASK_TRANSITIONS[from];
      must('F3', allowed.includes(to), `${from} to ${to}`);
    }
    must(
      'F6',
      answered.has(taskId) === (status === 'DONE'),
      `${status} and ${answered.has(taskId) ? 'an' : 'no'} answer`,
    );
  }
  for (const item of items)
    if (item['eventType'] === 'followup.reminder-due') checkReminder(item, policy, reminders);
}

function checkReminder(item: Item, policy: FollowupPolicy, reminders: Reminders): void {
  const { id, at, data } = JSON.parse(String(item['event']));
  // After a deferral a task is reminded of anew.
  const key = `${data.taskId}|${item['deferrals']}|${data.reminder}`;
  const { from, until } = policy.reminders;
  must('F4', timeOf(at) >= from && timeOf(at) < until, 'reminded at night');
  must('F4', (reminders.get(key) ?? id) === id, 'reminded twice');
  reminders.set(key, id);
}

/** Holds once everybody has finished. */
export function checkAtRest(items: readonly Item[]): void {
  const plans = kind<Plan>(items, 'plan#');
  for (const { patientId, deceased } of kind<Care>(items, 'care')) {
    const open = plans.filter((plan) => plan.patientId === patientId && plan.status !== 'ENDED');
    must('F5', deceased !== true || open.length === 0, 'somebody who died is followed up');
  }
}
