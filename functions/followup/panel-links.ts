import { dayOf } from '../../shared/kernel/china-time.ts';
import type { Place, Plan, Task } from './store.ts';
import { isOpen } from './transitions.ts';

/**
 * What a team works on, read from the index `lookup`: open tasks by their day, so that one query up to today finds
 * what is due and what is overdue; plans out of control, the worst first; plans that wait to be opened; who was lost.
 * No step is decided on it.
 */
export const BUCKETS = ['due', 'control', 'proposed', 'lost'] as const;
export type Bucket = (typeof BUCKETS)[number];

interface Link {
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

const RANK = { EMERGENCY: 1, REFER: 2, UNSATISFACTORY: 3, SATISFACTORY: 4 } as const;

export function bucketKey({ institutionId, careTeamId }: Place, bucket: Bucket): string {
  const at = careTeamId === undefined ? `institution#${institutionId}` : `team#${careTeamId}`;
  return `followup#panel#${at}#${bucket}`;
}

/** Finished follow-ups of an institution, by month: what is exported. */
export function finishedKey(institutionId: string, month: string): string {
  return `followup#finished#${institutionId}#${month}`;
}

export function taskLink(task: Task): Link {
  if (isOpen(task)) return { lookupPk: bucketKey(task, 'due'), lookupSk: `${task.dueOn}#${task.taskId}` };
  if (task.status === 'LOST')
    return { lookupPk: bucketKey(task, 'lost'), lookupSk: `${task.dueOn}#${task.taskId}` };
  const at = task.status === 'DONE' ? task.history.at(-1)?.at : undefined;
  if (at === undefined) return {};
  return {
    lookupPk: finishedKey(task.institutionId, dayOf(at).slice(0, 7)),
    lookupSk: `${at}#${task.taskId}`,
  };
}

export function planLink(plan: Plan): Link {
  const { status, outOfControl, openedAt, planId } = plan;
  if (status === 'PROPOSED')
    return { lookupPk: bucketKey(plan, 'proposed'), lookupSk: `${openedAt}#${planId}` };
  if (status === 'ENDED' || outOfControl === undefined) return {};
  const { level, since } = outOfControl;
  return { lookupPk: bucketKey(plan, 'control'), lookupSk: `${RANK[level]}#${since}#${planId}` };
}
