/** Tasks and plans move only along these tables. The condition of every write, the diagrams and the tests come from them. */

/** 未完成 SCHEDULED, DUE, REMINDED · 已完成 DONE · 过期 OVERDUE · 取消 CANCELLED · 延期 DEFERRED · 死亡 DECEASED · 失访 LOST. */
export const TASK_TRANSITIONS = {
  SCHEDULED: ['DUE', 'DONE', 'DEFERRED', 'CANCELLED', 'DECEASED'],
  DEFERRED: ['DUE', 'DONE', 'DEFERRED', 'CANCELLED', 'DECEASED'],
  DUE: ['REMINDED', 'DONE', 'DEFERRED', 'CANCELLED', 'DECEASED'],
  REMINDED: ['OVERDUE', 'DONE', 'DEFERRED', 'CANCELLED', 'DECEASED'],
  OVERDUE: ['LOST', 'DONE', 'DEFERRED', 'CANCELLED', 'DECEASED'],
  DONE: [],
  LOST: [],
  CANCELLED: [],
  DECEASED: [],
} as const satisfies Record<string, readonly string[]>;

export const PLAN_TRANSITIONS = {
  PROPOSED: ['ACTIVE', 'ENDED'],
  ACTIVE: ['PAUSED', 'ENDED'],
  PAUSED: ['ACTIVE', 'ENDED'],
  ENDED: [],
} as const satisfies Record<string, readonly string[]>;

export type TaskStatus = keyof typeof TASK_TRANSITIONS;
export type PlanStatus = keyof typeof PLAN_TRANSITIONS;

export const TASK_STATUSES = Object.keys(TASK_TRANSITIONS) as readonly TaskStatus[];
export const PLAN_STATUSES = Object.keys(PLAN_TRANSITIONS) as readonly PlanStatus[];

/** Somebody still has to do it. */
export const OPEN_TASKS: readonly TaskStatus[] = TASK_STATUSES.filter(
  (status) => TASK_TRANSITIONS[status].length > 0,
);

export function isOpen({ status }: { readonly status: TaskStatus }): boolean {
  return OPEN_TASKS.includes(status);
}

/** The states a task may be in for a move to `to`. */
export function tasksBefore(to: TaskStatus): readonly TaskStatus[] {
  return TASK_STATUSES.filter((from) => (TASK_TRANSITIONS[from] as readonly string[]).includes(to));
}

/** The states a plan may be in for a move to `to`. */
export function plansBefore(to: PlanStatus): readonly PlanStatus[] {
  return PLAN_STATUSES.filter((from) => (PLAN_TRANSITIONS[from] as readonly string[]).includes(to));
}
