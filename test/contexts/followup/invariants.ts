import type { FollowupPolicy } from '../../../functions/followup/policy.ts';
import type { Care, Plan, Task } from '../../../functions/followup/store.ts';
import { OPEN_TASKS, TASK_TRANSITIONS } from '../../../functions/followup/transitions.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { DomainEvent, Item } from '../../../shared/data/table.ts';
import { provisionalCalendar } from '../../../shared/kernel/calendar.ts';
import { addDays, type Day, dayOf, timeOf } from '../../../shared/kernel/china-time.ts';

/** The rules of follow-up told a second time, on what is stored, without the code that keeps them. */

class RuleBroken extends Error {}

function must(rule: string, holds: boolean, what: string): void {
  if (!holds) throw new RuleBroken(`${rule}: ${what}`);
}

const OF_PATIENTS = 'followup#patient#';

/** Hears of every change, and is asked after every write. Rules as in the context's README; F7 to F9 stand here only. */
export class RuleWatch {
  readonly #policy: FollowupPolicy;
  /** What is stored, by patient. */
  readonly #stored = new Map<string, Map<string, Item>>();
  readonly #touched = new Set<string>();
  /** Reminders seen so far, by what each is of. */
  readonly #reminders = new Map<string, string>();
  #broken: unknown;

  constructor(policy: FollowupPolicy) {
    this.#policy = policy;
  }

  onChange(change: Change): void {
    const { key, new: item } = change;
    if (!key.pk.startsWith(OF_PATIENTS)) return;
    const stored = this.#stored.get(key.pk) ?? new Map<string, Item>();
    this.#stored.set(key.pk, stored);
    if (item === undefined) stored.delete(key.sk);
    else stored.set(key.sk, item);
    this.#touched.add(key.pk);
    try {
      this.#judge(change);
    } catch (error) {
      this.#broken ??= error;
    }
  }

  /** Holds between any two writes. @throws RuleBroken */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
    for (const pk of this.#touched) checkPatient([...(this.#stored.get(pk) ?? new Map()).values()]);
    this.#touched.clear();
  }

  /** Holds once everybody has finished. @throws RuleBroken */
  checkAtRest(): void {
    this.check();
    for (const stored of this.#stored.values()) {
      const isDead = [...stored.values()].some(({ sk, deceased }) => sk === 'care' && deceased === true);
      const open = kind<Plan>([...stored.values()], 'plan#').filter(({ status }) => status !== 'ENDED');
      must('F5', !isDead || open.length === 0, 'somebody who died is followed up');
    }
  }

  plans(): readonly Plan[] {
    return [...this.#stored.values()].flatMap((stored) => kind<Plan>([...stored.values()], 'plan#'));
  }

  tasks(): readonly Task[] {
    return [...this.#stored.values()].flatMap((stored) => kind<Task>([...stored.values()], 'task#'));
  }

  care(patientId: string): Care | undefined {
    return this.#stored.get(`${OF_PATIENTS}${patientId}`)?.get('care') as Care | undefined;
  }

  #judge({ key, old, new: item }: Change): void {
    if (item === undefined) return;
    const type = item['eventId'] === old?.['eventId'] ? undefined : item['eventType'];
    // Nothing but the context wrote these items.
    const [before, after] = [old as unknown, item as unknown];
    if (key.sk.startsWith('plan#')) judgeProposal(before as Plan | undefined, after as Plan, type);
    if (!key.sk.startsWith('task#')) return;
    judgeTask(before as Task | undefined, after as Task, item['dueAt']);
    const isDanger = (after as Task).status === 'DONE' && (after as Task).level === 'EMERGENCY';
    must(
      'F7',
      isDanger === (item['eventType'] === 'followup.emergency'),
      'a danger and its alarm go together',
    );
    const made = (after as Task).reminders - ((before as Task | undefined)?.reminders ?? 0);
    must('F4', made > 0 === (type === 'followup.reminder-due'), 'a reminder and its event go together');
    if (made > 0) this.#judgeReminder(before as Task, after as Task, item);
  }

  #judgeReminder(before: Task, after: Task, item: Item): void {
    const { id, at, data } = eventOf(item) as DomainEvent;
    // After a deferral a task is reminded of anew.
    const key = `${after.taskId}|${after.deferrals}|${data.reminder}`;
    const { from, until, daysBefore } = this.#policy.reminders;
    must('F4', timeOf(at) >= from && timeOf(at) < until, 'reminded at night');
    must('F4', (this.#reminders.get(key) ?? id) === id, 'reminded twice');
    must('F4', data.reminder === before.reminders + 1, 'a reminder was left out');
    must('F4', dayOf(at) >= addDays(after.dueOn, -daysBefore), 'reminded too early');
    must('F4', before.status !== 'OVERDUE' || dayOf(at) > after.until, 'called overdue too early');
    this.#reminders.set(key, id);
  }
}

const kind = <T>(items: readonly Item[], prefix: string): readonly T[] =>
  items.filter(({ sk }) => sk.startsWith(prefix)) as unknown as T[];

/** All that is stored of one patient. */
function checkPatient(items: readonly Item[]): void {
  const plans = kind<Plan>(items, 'plan#');
  const tasks = kind<Task>(items, 'task#');
  const locks = kind<{ sk: string; planId: string }>(items, 'open#');
  const answered = new Set(kind<{ taskId: string }>(items, 'answer#').map(({ taskId }) => taskId));
  const open = plans.filter(({ status }) => status !== 'ENDED');
  must('F1', locks.length === open.length, 'as many locks as open plans');
  for (const { planId, template } of open) {
    const lock = locks.find(({ sk }) => sk === `open#${template}`);
    must('F1', lock?.planId === planId, `${template} is not the one that is open`);
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
}

/** F8: whoever waits is looked at again. F9: nobody is asked to come on a holiday if another day of the window will do. */
function judgeTask(before: Task | undefined, after: Task, dueAt: unknown): void {
  const { status, dueOn, from, until, history } = after;
  const isOpen = OPEN_TASKS.includes(status);
  must('F8', isOpen === (typeof dueAt === 'string'), `${status} and ${isOpen ? 'no' : 'a'} timer`);
  if (before?.dueOn === dueOn && before.until === until) return;
  const today = dayOf(history.at(-1)?.at ?? '');
  const others = daysFrom(from < today ? today : from, until);
  must('F9', dueOn >= from && (dueOn <= until || until < today), `${dueOn} lies outside its window`);
  must(
    'F9',
    provisionalCalendar.isWorkingDay(dueOn) || !others.some((day) => provisionalCalendar.isWorkingDay(day)),
    `${dueOn} is a day off`,
  );
}

function daysFrom(from: Day, until: Day): readonly Day[] {
  const days: Day[] = [];
  for (let day = from; day <= until; day = addDays(day, 1)) days.push(day);
  return days;
}

/** F7: a referral is proposed once, told as it is, and stands until an answer is good or the patient is back. */
function judgeProposal(before: Plan | undefined, after: Plan, type: unknown): void {
  const [had, has] = [before?.proposal, after.proposal];
  const isTold = type === 'followup.referral-proposed';
  must('F7', isTold === (had === undefined && has !== undefined), 'a proposal is told once, when it is made');
  if (had === undefined) return;
  const isGood = after.results.at(-1)?.level === 'SATISFACTORY';
  must('F7', has !== undefined || isGood || before?.status === 'PAUSED', 'a proposal is forgotten');
  if (has === undefined) return;
  must('F7', has.at === had.at, 'a proposal is made anew while it stands');
  const ids = new Set([had.referralId, has.referralId]);
  must('F7', ids.has(undefined) || ids.size === 1, 'followed by two referrals');
}
