import type { Doer } from '../../shared/access/acting.ts';
import type { TransactOperation, Value, WriteOptions } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { type EventType, followupEvent } from './followup-event.ts';
import { planLink, taskLink } from './panel-links.ts';
import { type FollowupPolicy, followupPolicy, type Template } from './policy.ts';
import { locks, type Plan, plans, type Task, tasks } from './store.ts';
import { type PlanStatus, plansBefore, type TaskStatus, tasksBefore } from './transitions.ts';
import { TICK, timerFor } from './waits.ts';

/** Every write to a plan or task: its condition, event, timer and place in the panel in that one write. */

type Written = 'patientId' | 'planId' | 'status' | 'version' | 'lookupPk' | 'lookupSk';

export interface TaskChange {
  readonly to?: TaskStatus;
  readonly set?: Partial<Omit<Task, Written | 'taskId' | 'history'>>;
  readonly drop?: readonly (keyof Task)[];
  readonly news?: EventType;
  /** Of the event, besides what every event says. */
  readonly more?: Readonly<Record<string, Value>>;
  /** Left out: as the task's state asks for. */
  readonly timerAt?: string;
}

export interface PlanChange {
  readonly to?: PlanStatus;
  readonly set?: Partial<Omit<Plan, Written>>;
  readonly drop?: readonly (keyof Plan)[];
  readonly news: EventType;
  readonly more?: Readonly<Record<string, Value>>;
}

export function policyNow(deps: Pick<Deps, 'city' | 'clock'>): FollowupPolicy {
  return deps.city.policy(followupPolicy).at(dayOf(deps.clock.now()));
}

export function templateNamed({ templates }: FollowupPolicy, name: string): Template | undefined {
  return templates.find(({ template }) => template === name);
}

/** @throws Error where a plan outlived its template: a city must not drop one that is in use. */
export function templateOf(
  deps: Pick<Deps, 'city' | 'clock'>,
  { template }: Pick<Plan, 'template'>,
): Template {
  const found = templateNamed(policyNow(deps), template);
  if (found === undefined) throw new Error('the plan’s template is not in force');
  return found;
}

interface TaskWrite {
  readonly after: Task;
  readonly options: WriteOptions;
}

/** A change to a task as it was seen; along the table where its state changes (rule F3). */
function taskWrite(deps: Deps, seen: Task, change: TaskChange, doer: Doer): TaskWrite {
  const { to, news, more, timerAt } = change;
  const after = changedTask(deps, seen, change);
  const options = {
    if: {
      version: seen.version,
      ...(to === undefined ? {} : { $all: [{ status: seen.status }, { status: { in: tasksBefore(to) } }] }),
    },
    ...(news === undefined ? {} : { event: followupEvent(deps, news, after, doer, more) }),
    timer: timerAt === undefined ? timerFor(policyNow(deps), after) : { kind: TICK, at: timerAt },
  };
  return { after, options };
}

export function taskOperation(deps: Deps, seen: Task, change: TaskChange, doer: Doer): TransactOperation {
  const { after, options } = taskWrite(deps, seen, change, doer);
  return tasks.putOperation(seen, after, options);
}

/** The change alone, by one conditional write. False: somebody was faster. */
export async function tryTask(deps: Deps, seen: Task, change: TaskChange, doer: Doer): Promise<boolean> {
  const { after, options } = taskWrite(deps, seen, change, doer);
  return (await tasks.put(deps.table, seen, after, options)).ok;
}

/** A new task, for the transaction of the step that makes it. */
export function newTaskOperation(deps: Deps, task: Task): TransactOperation {
  const linked = { ...task, ...taskLink(task) };
  return tasks.putOperation(task, linked, {
    if: { $exists: false },
    timer: timerFor(policyNow(deps), linked),
  });
}

/** A change to a plan as it was seen. One that ends gives its template free in the same transaction. */
export function planOperations(
  deps: Deps,
  seen: Plan,
  change: PlanChange,
  doer: Doer,
): readonly TransactOperation[] {
  const { to, news, more } = change;
  const after = changedPlan(deps, seen, change);
  return [
    plans.putOperation(seen, after, {
      if: {
        version: seen.version,
        ...(to === undefined ? {} : { $all: [{ status: seen.status }, { status: { in: plansBefore(to) } }] }),
      },
      event: followupEvent(deps, news, after, doer, more),
    }),
    ...(to === 'ENDED' ? [locks.deleteOperation(after, { if: { planId: after.planId } })] : []),
  ];
}

export function newPlanOperation(deps: Deps, plan: Plan, news: EventType, doer: Doer): TransactOperation {
  return plans.putOperation(
    plan,
    { ...plan, ...planLink(plan) },
    { if: { $exists: false }, event: followupEvent(deps, news, plan, doer) },
  );
}

function changedTask(deps: Deps, seen: Task, { to, set = {}, drop = [] }: TaskChange): Task {
  const { lookupPk: _pk, lookupSk: _sk, ...kept } = without(seen, drop);
  const at = instant(deps.clock);
  const after: Task = {
    ...kept,
    ...set,
    version: seen.version + 1,
    ...(to === undefined ? {} : { status: to, history: [...seen.history, { at, status: to }] }),
  };
  return { ...after, ...taskLink(after) };
}

function changedPlan(deps: Deps, seen: Plan, { to, set = {}, drop = [] }: PlanChange): Plan {
  const { lookupPk: _pk, lookupSk: _sk, ...kept } = without(seen, drop);
  const after: Plan = {
    ...kept,
    ...set,
    version: seen.version + 1,
    ...(to === undefined ? {} : { status: to }),
    ...(to === 'ENDED' ? { endedAt: instant(deps.clock) } : {}),
  };
  return { ...after, ...planLink(after) };
}

function without<T extends object>(seen: T, names: readonly (keyof T)[]): T {
  const gone: readonly PropertyKey[] = names;
  const kept = Object.entries(seen).filter(([name]) => !gone.includes(name));
  // The cast says what the filter proves: the same without optional fields that are dropped.
  return Object.fromEntries(kept) as unknown as T;
}
