import * as z from 'zod/mini';
import { daySchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { CANCEL_REASONS, END_REASONS, GRADES, KINDS, LEVELS } from './codes.ts';
import { questionnaireSchema, responseItems } from './questionnaire.ts';
import { PLAN_STATUSES, TASK_STATUSES } from './transitions.ts';

/** The published language of follow-up: requests, answers, events. Instants UTC, days Asia/Shanghai. */

export const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
const codesOf = <T extends Record<string, string>>(codes: T): z.ZodMiniType<keyof T & string> =>
  z.enum(Object.keys(codes) as [keyof T & string]);
const templateName = z.string().check(z.regex(/^[A-Z][A-Z0-9_]{1,40}$/));
const taskIdSchema = z.string().check(z.regex(/^[\w-]{1,64}-\d{4,6}$/));
const canonical = z.string().check(z.regex(/^[\w-]{1,40}\|[\w.-]{1,20}$/));

export const patientParams = z.strictObject({ patientId: idSchema });
export const planParams = z.strictObject({ patientId: idSchema, planId: idSchema });
export const taskParams = z.strictObject({ patientId: idSchema, planId: idSchema, taskId: taskIdSchema });
export const institutionTaskParams = z.strictObject({ institutionId: idSchema, ...taskParams.shape });
export const institutionPlanParams = z.strictObject({ institutionId: idSchema, ...planParams.shape });
export const questionnaireParams = z.strictObject({
  questionnaireId: z.string().check(z.regex(/^[a-z0-9-]{1,40}$/)),
});

/** The institution's own patients, whom no team has signed, stand in the panel `none`. */
export const NO_TEAM = 'none';
export const panelParams = z.strictObject({ institutionId: idSchema, careTeamId: idSchema });
export const VIEWS = ['due-today', 'overdue', 'coming', 'out-of-control', 'proposed', 'lost'] as const;
export const panelListParams = z.strictObject({ ...panelParams.shape, view: z.enum(VIEWS) });
export const pageQuery = z.strictObject({ after: z.optional(z.string()) });
const monthSchema = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/));
export const exportParams = z.strictObject({ institutionId: idSchema, month: monthSchema });

// ---- requests

export const openBody = z.strictObject({ template: templateName, anchor: z.optional(daySchema) });
export const answerBody = z.strictObject({ questionnaire: canonical, item: responseItems });
export const deferBody = z.strictObject({ to: daySchema });
export const emptyBody = z.optional(z.strictObject({}));

// ---- answers

export const taskView = z.object({
  taskId: z.string(),
  kind: codesOf(KINDS),
  status: z.enum(TASK_STATUSES),
  dueOn: daySchema,
  from: daySchema,
  until: daySchema,
  /** `dueOn` rests on a year whose holidays are not announced: it may be placed anew. */
  provisional: z.boolean(),
  /** Why it was made, in Chinese. */
  reasons: z.array(z.string()),
  reminders: z.int(),
  level: z.optional(codesOf(LEVELS)),
  cancelled: z.optional(codesOf(CANCEL_REASONS)),
  history: z.array(z.object({ at: instantSchema, status: z.enum(TASK_STATUSES) })),
});
export const planView = z.object({
  planId: idSchema,
  patientId: idSchema,
  template: templateName,
  name: z.string(),
  status: z.enum(PLAN_STATUSES),
  institutionId: idSchema,
  careTeamId: z.optional(idSchema),
  anchor: daySchema,
  openedAt: instantSchema,
  basedOn: z.optional(idSchema),
  /** `id|version` of the questionnaire that is asked today. */
  questionnaire: z.string(),
  outOfControl: z.optional(
    z.object({ since: daySchema, level: codesOf(LEVELS), reasons: z.array(z.string()) }),
  ),
  /** Of the last twelve months. */
  control: z.optional(z.object({ months: z.number(), grade: z.optional(codesOf(GRADES)) })),
  proposal: z.optional(
    z.object({ at: instantSchema, reasons: z.array(z.string()), referralId: z.optional(idSchema) }),
  ),
  endedAt: z.optional(instantSchema),
  endedReason: z.optional(codesOf(END_REASONS)),
  task: z.optional(taskView),
});
export const planList = z.object({ plans: z.array(planView) });
export const taskAnswer = z.object({ plan: planView, task: taskView });
export const taskList = z.object({ tasks: z.array(taskView), next: z.optional(z.string()) });
export const questionnaireView = questionnaireSchema;

/** One question's numbers over time, for a chart. */
export const trendList = z.object({
  patientId: idSchema,
  planId: idSchema,
  trends: z.array(
    z.object({
      linkId: z.string(),
      text: z.string(),
      unit: z.optional(z.string()),
      points: z.array(z.object({ on: daySchema, value: z.number() })),
    }),
  ),
});

export const panelView = z.object({
  careTeamId: z.optional(idSchema),
  today: daySchema,
  asOf: instantSchema,
  dueToday: z.int(),
  overdue: z.int(),
  outOfControl: z.int(),
  /** The counts stop at what is read at most: there are more. */
  isCut: z.boolean(),
});
const rowView = z.object({
  patientId: idSchema,
  planId: idSchema,
  template: templateName,
  name: z.string(),
  taskId: z.optional(z.string()),
  kind: z.optional(codesOf(KINDS)),
  status: z.string(),
  dueOn: z.optional(daySchema),
  reminders: z.optional(z.int()),
  since: z.optional(daySchema),
  level: z.optional(codesOf(LEVELS)),
  reasons: z.array(z.string()),
  control: z.optional(z.object({ months: z.number(), grade: z.optional(codesOf(GRADES)) })),
  referralProposed: z.optional(z.boolean()),
});
export const rowList = z.object({ rows: z.array(rowView), next: z.optional(z.string()) });

/** What referral's application takes, filled in as far as follow-up knows: the doctor chooses where to. */
export const referralDraft = z.object({
  patientId: idSchema,
  criteria: z.array(z.string()),
  criterionText: z.optional(z.string()),
  diagnosis: z.optional(z.object({ icd10: z.string(), text: z.string() })),
  history: z.string(),
  firstVisit: z.object({ on: daySchema, recordId: z.string() }),
});

/** A finished follow-up, whole: what a clerk types into the city's system today. */
export const exportList = z.object({
  institutionId: idSchema,
  month: monthSchema,
  followUps: z.array(
    z.object({
      patientId: idSchema,
      planId: idSchema,
      taskId: z.string(),
      template: templateName,
      kind: codesOf(KINDS),
      dueOn: daySchema,
      doneAt: instantSchema,
      level: z.optional(codesOf(LEVELS)),
      by: z.string(),
      role: z.string(),
      questionnaire: z.string(),
      values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
    }),
  ),
  next: z.optional(z.string()),
});

// ---- events

/** What every event of follow-up says. `institutionId` and `careTeamId` are where the plan stands. */
export const followupMoved = z.object({
  patientId: idSchema,
  planId: idSchema,
  taskId: z.optional(z.string()),
  institutionId: idSchema,
  careTeamId: z.optional(idSchema),
  /** Account, or `system`. */
  by: z.string(),
  role: z.string(),
  byInstitutionId: z.optional(idSchema),
});
/** `followup.reminder-due`. `template`: a kind of task, or `OVERDUE` after its window; never a diagnosis. */
export const reminderDue = z.extend(followupMoved, {
  taskId: z.string(),
  template: z.enum([...(Object.keys(KINDS) as (keyof typeof KINDS)[]), 'OVERDUE']),
  /** The day to name: the task's, or where that has passed the reminder's own. */
  dueOn: daySchema,
  /** The n-th of its task. */
  reminder: z.int(),
});
/** `followup.emergency`: the doctors of the team, or the institution, must act at once. */
export const emergency = z.extend(followupMoved, {
  taskId: z.string(),
  /** Id of the rule that holds. */
  reason: z.string(),
});
