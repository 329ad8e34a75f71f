import { followupPolicy } from '../../../functions/followup/policy.ts';
import type { Plan, Task } from '../../../functions/followup/store.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { addDays, type Day, dayOf } from '../../../shared/kernel/china-time.ts';
import { RuleWatch } from '../../contexts/followup/invariants.ts';
import { cityNamed } from '../../support/city-policy.ts';
import type { Watch } from '../kernel/part.ts';

/** How somebody says they are; part of the key of the request that answers, so that the answer can be told by it. */
export const SAYINGS = ['GOOD', 'BAD', 'WORSE', 'DANGER'] as const;
export type Saying = (typeof SAYINGS)[number];

/** A check is due within two weeks of an answer that was not satisfactory. */
const CHECK_DAYS = 14;
/** What is lost is lost thirty days after its window, a day's reminders and the sweep included. */
const LOST_DAYS = 32;
const OPEN = ['SCHEDULED', 'DEFERRED', 'DUE', 'REMINDED', 'OVERDUE'];
const DEATHS = ['signing.deceased', 'referral.died'];

/** The rules of follow-up after every write, each answer judged a second time, and its end: every task ends. */
export class FollowupWatch implements Watch {
  readonly #rules = new RuleWatch(cityNamed('demo').policy(followupPolicy).at('2026-03-02'));
  readonly #dead = new Set<string>();
  /** Unsatisfactory answers in a row, by plan. */
  readonly #inARow = new Map<string, number>();
  /** Answers of the write that is under way. */
  #answered: Task[] = [];
  #broken: unknown;

  onChange(change: Change): void {
    const { key, old, new: item } = change;
    if (DEATHS.includes(String(item?.['eventType'])))
      this.#dead.add(String(JSON.parse(String(item?.['event'])).data.patientId));
    this.#rules.onChange(change);
    if (!key.pk.startsWith('followup#patient#') || item === undefined) return;
    if (key.sk.startsWith('plan#') && old?.['status'] === 'PAUSED')
      this.#inARow.delete(String(item['planId']));
    if (key.sk.startsWith('task#') && item['status'] === 'DONE' && old?.['status'] !== 'DONE')
      this.#answered.push(item as unknown as Task);
  }

  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
    this.#rules.check();
    for (const task of this.#answered.splice(0)) this.#judge(task);
  }

  plans(): readonly Plan[] {
    return this.#rules.plans();
  }

  tasks(): readonly Task[] {
    return this.#rules.tasks();
  }

  /** After months in which nobody answered, deferred or cancelled anything. */
  checkAtRest(today: Day): void {
    this.#rules.checkAtRest();
    for (const { status, until, taskId } of this.tasks())
      if (OPEN.includes(status) && addDays(until, LOST_DAYS) < today)
        throw new Error(`F8: ${taskId} still is ${status}, and was to be lost long ago`);
    for (const { patientId, status } of this.plans())
      if (this.#dead.has(patientId) && status !== 'ENDED')
        throw new Error('F5: somebody whose death was told is followed up');
  }

  #judge({ planId, template, taskId, level, requestKey, history }: Task): void {
    const said = SAYINGS.find((saying) => requestKey.includes(`:said-${saying}-`));
    if (said === undefined) return;
    const before = this.#inARow.get(planId) ?? 0;
    const expected = judged(said, template, before);
    this.#inARow.set(planId, expected.inARow);
    if (level !== expected.level)
      throw new Error(`F7: ${said} after ${before} in a row is judged ${level}, not ${expected.level}`);
    if (level === 'SATISFACTORY') return;
    const last = addDays(dayOf(history.at(-1)?.at ?? ''), CHECK_DAYS);
    const plan = this.plans().find((one) => one.planId === planId);
    const next = this.tasks().find((one) => one.taskId === plan?.openTask);
    if (next === undefined || next.until > last)
      throw new Error(`F7: nobody looks again within two weeks of ${taskId}, which was ${level}`);
  }
}

/** Thresholds of the demo city, told again: a danger also counts as one more bad pressure, not as a bad recovery. */
function judged(said: Saying, template: string, before: number): { level: string; inARow: number } {
  const isPressure = template === 'HYPERTENSION';
  if (said === 'GOOD') return { level: 'SATISFACTORY', inARow: 0 };
  if (said === 'DANGER') return { level: 'EMERGENCY', inARow: isPressure ? before + 1 : 0 };
  if (said === 'WORSE') return { level: 'REFER', inARow: isPressure ? 0 : before + 1 };
  return { level: before + 1 >= 2 ? 'REFER' : 'UNSATISFACTORY', inARow: before + 1 };
}
