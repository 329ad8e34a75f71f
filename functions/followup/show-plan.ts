import type * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { plansOf } from './care.ts';
import { readPlan } from './change-plan.ts';
import type { planList, planView, taskAnswer, taskList, taskView } from './contracts.ts';
import { followupErrors } from './errors.ts';
import { yearOfControl } from './evaluate.ts';
import { templateOf } from './moves.ts';
import type { Template } from './policy.ts';
import { canonicalOf } from './questionnaire.ts';
import { questionnaireNow } from './questionnaires.ts';
import { ofPatient, type Plan, type PlanId, type Task, tasks } from './store.ts';
import { mayWorkOn, type Seen } from './take-task.ts';

/** What people see of plans and tasks. */

type PlanShown = z.input<typeof planView>;
type TaskShown = z.input<typeof taskView>;

const PAGE = 50;

/** The rules' own words. */
export function reasonsOf({ rules }: Template, ids: readonly string[]): string[] {
  return ids.map((id) => rules.find(({ ruleId }) => ruleId === id)?.text ?? id);
}

export function taskShown(deps: Deps, task: Task): TaskShown {
  const { taskId, kind, status, dueOn, from, until, reminders, level, cancelled } = task;
  return {
    taskId,
    kind,
    status,
    dueOn,
    from,
    until,
    provisional: task.provisional === true,
    reasons: reasonsOf(templateOf(deps, task), task.rules),
    reminders,
    ...(level === undefined ? {} : { level }),
    ...(cancelled === undefined ? {} : { cancelled }),
    history: task.history.map((entry) => ({ ...entry })),
  };
}

export function planShown(deps: Deps, plan: Plan, task: Task | undefined): PlanShown {
  const template = templateOf(deps, plan);
  const { planId, patientId, status, institutionId, careTeamId, anchor, openedAt, basedOn } = plan;
  const { outOfControl, proposal, endedAt, endedReason } = plan;
  const control = yearOfControl(template, plan.results, dayOf(deps.clock.now()));
  return {
    planId,
    patientId,
    template: plan.template,
    name: template.name,
    status,
    institutionId,
    ...(careTeamId === undefined ? {} : { careTeamId }),
    anchor,
    openedAt,
    ...(basedOn === undefined ? {} : { basedOn }),
    questionnaire: canonicalOf(questionnaireNow(deps, template.questionnaire)),
    ...(outOfControl === undefined
      ? {}
      : {
          outOfControl: {
            since: outOfControl.since,
            level: outOfControl.level,
            reasons: reasonsOf(template, outOfControl.rules),
          },
        }),
    ...(control === undefined ? {} : { control }),
    ...(proposal === undefined
      ? {}
      : {
          proposal: {
            at: proposal.at,
            reasons: reasonsOf(template, proposal.rules),
            ...(proposal.referralId === undefined ? {} : { referralId: proposal.referralId }),
          },
        }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(endedReason === undefined ? {} : { endedReason }),
    ...(task === undefined ? {} : { task: taskShown(deps, task) }),
  };
}

/** A step's answer: the task it was about, and how the plan stands after it. */
export async function stepShown(deps: Deps, { plan, task }: Seen): Promise<z.input<typeof taskAnswer>> {
  return { plan: await viewOf(deps, plan), task: taskShown(deps, task) };
}

export async function viewOf(deps: Deps, plan: Plan): Promise<PlanShown> {
  const { patientId, planId, openTask: taskId } = plan;
  const task =
    taskId === undefined
      ? undefined
      : await tasks.get(deps.table, { patientId, planId, taskId }, { consistent: true });
  return planShown(deps, plan, task);
}

/** A patient's plans, those that go on first. */
export async function listPlans(deps: Deps, patientId: string): Promise<z.input<typeof planList>> {
  const all = await plansOf(deps, patientId);
  const ended = ({ status }: Plan): number => (status === 'ENDED' ? 1 : 0);
  const sorted = all.toSorted((a, b) => ended(a) - ended(b) || (a.openedAt < b.openedAt ? 1 : -1));
  return { plans: await Promise.all(sorted.map((plan) => viewOf(deps, plan))) };
}

/** @throws Refusal PLAN_NOT_FOUND, also for staff of an institution that has no part in it */
export async function showPlan(deps: Deps, id: PlanId, doer?: Doer): Promise<PlanShown> {
  const seen = await readPlan(deps, id);
  if (seen === undefined || !(await mayWorkOn(deps, seen.plan, doer)))
    throw followupErrors.refusal('PLAN_NOT_FOUND');
  return planShown(deps, seen.plan, seen.task);
}

/** All tasks of a plan, the newest first. */
export async function listTasks(
  deps: Deps,
  { patientId, planId }: PlanId,
  after: string | undefined,
): Promise<z.input<typeof taskList>> {
  const place = { scope: 'followup', of: `tasks:${patientId}:${planId}` };
  const from: Item | undefined = await openCursor(deps, place, after);
  const page = await tasks.query(deps.table, {
    pk: ofPatient(patientId),
    sk: { beginsWith: `task#${planId}-` },
    limit: PAGE,
    descending: true,
    ...(from === undefined ? {} : { after: from }),
  });
  const next = await sealCursor(deps, place, page.next);
  return { tasks: page.items.map((task) => taskShown(deps, task)), ...(next === undefined ? {} : { next }) };
}
