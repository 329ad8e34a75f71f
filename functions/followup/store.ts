import { entity } from '../../shared/data/entity.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import type { CancelReason, EndReason, Kind, Level } from './codes.ts';
import type { Result, Streaks } from './evaluate.ts';
import type { PlanStatus, TaskStatus } from './transitions.ts';

export interface PlanId {
  readonly patientId: string;
  readonly planId: string;
}

export interface TaskId extends PlanId {
  /** The plan's id and its number in it, `<planId>-0001` and on: whoever hears of it knows it by this alone. */
  readonly taskId: string;
}

/** Where a plan or task is worked on. */
export interface Place {
  readonly institutionId: string;
  /** Left out: no team has signed the patient, the institution itself follows up. */
  readonly careTeamId?: string;
}

/** The truth about a plan: ids, codes and days. What was answered is sealed beside it. */
export interface Plan extends PlanId, Place {
  readonly template: string;
  readonly status: PlanStatus;
  /** Counts every write. */
  readonly version: number;
  /** What the visits' days are counted from. */
  readonly anchor: Day;
  readonly openedAt: string;
  /** Referral or signing that it began with. */
  readonly basedOn?: string;
  /** Index of the next regular visit. */
  readonly visit: number;
  /** Tasks made so far. */
  readonly tasks: number;
  /** An active plan has exactly one open task, any other plan none. */
  readonly openTask?: string;
  readonly streaks: Streaks;
  /** The last answers, oldest first: enough for a year of control. */
  readonly results: readonly Result[];
  /** Of the last answer, where it was not satisfactory. */
  readonly outOfControl?: { readonly since: Day; readonly level: Level; readonly rules: readonly string[] };
  readonly proposal?: {
    readonly at: string;
    readonly rules: readonly string[];
    readonly referralId?: string;
  };
  /** The stay that has the patient in hospital: a referral and its round. */
  readonly pausedBy?: string;
  readonly endedAt?: string;
  readonly endedReason?: EndReason;
  /** Of the request that wrote last: a repeat is answered as it was. */
  readonly requestKey: string;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

export interface Task extends TaskId, Place {
  readonly template: string;
  readonly kind: Kind;
  readonly status: TaskStatus;
  readonly version: number;
  /** Of a regular visit: its index. */
  readonly visit?: number;
  /** The window, both days included, and the day that is meant. */
  readonly from: Day;
  readonly at: Day;
  readonly until: Day;
  /** The working day it was placed on. */
  readonly dueOn: Day;
  /** `dueOn` rests on a year whose holidays are not announced. */
  readonly provisional?: true;
  /** Rules that led to it. */
  readonly rules: readonly string[];
  /** Reminders sent, those after the window included. */
  readonly reminders: number;
  readonly deferrals: number;
  readonly history: readonly { readonly at: string; readonly status: TaskStatus }[];
  readonly level?: Level;
  readonly cancelled?: CancelReason;
  readonly requestKey: string;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

/** Who answered, as what. */
export interface Answer {
  readonly taskId: string;
  readonly at: string;
  /** `id|version` of the questionnaire. */
  readonly questionnaire: string;
  readonly by: string;
  readonly role: string;
  readonly relation?: 'SELF' | 'GUARDIAN' | 'FAMILY';
  /** What was answered, as `Values`. */
  readonly sealed: string;
}

/**
 * Whom a patient is signed with, and whether they live, as others' events say. These come in any order, by clocks that
 * differ: what is over is kept by its name, so that a word from before its end, heard late, changes nothing.
 */
export interface Care {
  readonly patientId: string;
  readonly version: number;
  /** Instant at which the latest contract heard of was signed: an earlier one has ended with it. */
  readonly heardAt: string;
  readonly holder?: { readonly signingId: string; readonly careTeamId: string };
  /** The last contracts that have ended, and stays in hospital that are over, oldest first. */
  readonly ended?: readonly string[];
  readonly deceased?: true;
}

export interface TeamCopy {
  readonly careTeamId: string;
  readonly institutionId: string;
  readonly name: string;
  readonly doctors: readonly string[];
  readonly active: boolean;
  readonly version: number;
}

const CONTEXT = 'followup';
export const ofPatient = (patientId: string): string => `${CONTEXT}#patient#${patientId}`;

export const plans = entity<PlanId, Plan>(CONTEXT, 'plan', ({ patientId, planId }) => ({
  pk: ofPatient(patientId),
  sk: `plan#${planId}`,
}));

export const tasks = entity<TaskId, Task>(CONTEXT, 'task', ({ patientId, taskId }) => ({
  pk: ofPatient(patientId),
  sk: `task#${taskId}`,
}));

export const answers = entity<TaskId, Answer>(CONTEXT, 'answer', ({ patientId, taskId }) => ({
  pk: ofPatient(patientId),
  sk: `answer#${taskId}`,
}));

/** One open plan a patient and template: names it for as long as it is open. */
export const locks = entity<
  { readonly patientId: string; readonly template: string },
  { readonly planId: string }
>(CONTEXT, 'open plan', ({ patientId, template }) => ({
  pk: ofPatient(patientId),
  sk: `open#${template}`,
}));

export const cares = entity<string, Care>(CONTEXT, 'care', (patientId) => ({
  pk: ofPatient(patientId),
  sk: 'care',
}));

export const teams = entity<string, TeamCopy>(CONTEXT, 'team copy', (careTeamId) => ({
  pk: `${CONTEXT}#team#${careTeamId}`,
  sk: 'copy',
}));

export function taskIdOf(planId: string, number: number): string {
  return `${planId}-${String(number).padStart(4, '0')}`;
}

/** The task of an item whose timer is due. */
export function taskOf({ pk, sk }: { readonly pk: string; readonly sk: string }): TaskId {
  const taskId = sk.slice('task#'.length);
  return {
    patientId: pk.slice(ofPatient('').length),
    planId: taskId.slice(0, taskId.lastIndexOf('-')),
    taskId,
  };
}
