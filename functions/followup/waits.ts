import { createHash } from 'node:crypto';
import type { Timer } from '../../shared/data/table.ts';
import { addDays, instantAt, minutesOf, timeOf } from '../../shared/kernel/china-time.ts';
import type { FollowupPolicy } from './policy.ts';
import type { Task, TaskId } from './store.ts';

/** What time does with a task, and when. Pure. */

export const TICK = 'tick';

export type Due = 'OPEN' | 'REMIND' | 'CLOSE' | 'REMIND_AGAIN' | 'LOSE';

interface Entry {
  readonly due: Due;
  readonly at: string;
}

/** The same share of a span for the same task, whoever asks: spreads what is due on one day. */
export function spreadMs({ taskId }: Pick<TaskId, 'taskId'>, minutes: number): number {
  const digest = createHash('sha256').update(taskId).digest();
  return digest.readUInt32BE(0) % (minutes * 60_000);
}

/** What comes next for a task as it stands; undefined: nothing does. */
export function nextDue(
  policy: Pick<FollowupPolicy, 'reminders' | 'overdue'>,
  task: Task,
): Entry | undefined {
  const { reminders, overdue } = policy;
  const spread = spreadMs(task, reminders.spreadMinutes);
  const reminderOn = addDays(task.dueOn, -reminders.daysBefore);
  const on = (day: Task['dueOn'], time: string): string =>
    new Date(Date.parse(instantAt(day, time)) + spread).toISOString();
  switch (task.status) {
    case 'SCHEDULED':
    case 'DEFERRED':
      // Who is reminded today can answer today.
      return { due: 'OPEN', at: on(task.from < reminderOn ? task.from : reminderOn, '00:00') };
    case 'DUE':
      return { due: 'REMIND', at: on(reminderOn, reminders.from) };
    case 'REMINDED':
      return { due: 'CLOSE', at: on(addDays(task.until, 1), '00:00') };
    case 'OVERDUE': {
      const made = task.reminders - 1;
      if (made < overdue.attempts) {
        const day = addDays(task.until, 1 + made * overdue.everyDays);
        return { due: 'REMIND_AGAIN', at: on(day, reminders.from) };
      }
      return { due: 'LOSE', at: on(addDays(task.until, overdue.lostAfterDays), '00:00') };
    }
    default:
      return undefined;
  }
}

export function timerFor(policy: Pick<FollowupPolicy, 'reminders' | 'overdue'>, task: Task): Timer | null {
  const next = nextDue(policy, task);
  return next === undefined ? null : { kind: TICK, at: next.at };
}

/** Whether nobody may be reminded at this instant. */
export function isQuiet({ reminders }: Pick<FollowupPolicy, 'reminders'>, nowMs: number): boolean {
  const minute = minutesOf(timeOf(nowMs));
  return minute < minutesOf(reminders.from) || minute >= minutesOf(reminders.until);
}

/** The next time a reminder that came due at night may go out, spread like those of that morning. */
export function nextMorning(
  { reminders }: Pick<FollowupPolicy, 'reminders'>,
  task: Task,
  nowMs: number,
  today: Task['dueOn'],
): string {
  const isBefore = minutesOf(timeOf(nowMs)) < minutesOf(reminders.from);
  const day = isBefore ? today : addDays(today, 1);
  return new Date(
    Date.parse(instantAt(day, reminders.from)) + spreadMs(task, reminders.spreadMinutes),
  ).toISOString();
}
