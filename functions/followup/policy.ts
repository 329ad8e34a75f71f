import * as z from 'zod/mini';
import { minutesOf } from '../../shared/kernel/china-time.ts';
import { durationSchema, hourMinuteSchema } from '../../shared/kernel/schemas.ts';
import { policySection } from '../../shared/policy/city.ts';
import { LEVEL_CODES } from './codes.ts';
import { questionnaireSchema } from './questionnaire.ts';

/** A city's follow-up as data: plan templates, the rules that judge answers, reminders. Every template and rule names its source. */

const count = z.int().check(z.positive(), z.maximum(1_000));
const days = z.int().check(z.nonnegative(), z.maximum(400));
const codeSchema = z.string().check(z.regex(/^[A-Z][A-Z0-9_]{1,40}$/));
const sourced = {
  source: z.string().check(z.minLength(4)),
  /** V read in a public source, R recalled from the regulation, D our own proposal. */
  mark: z.enum(['V', 'R', 'D']),
};

const conditionSchema = z.strictObject({
  question: z.string(),
  comparator: z.enum(['=', '!=', '>', '<', '>=', '<=']),
  value: z.union([z.number(), z.boolean(), z.string()]),
});

const ruleSchema = z.strictObject({
  ruleId: codeSchema,
  /** Holds when all of these do. */
  when: z.array(conditionSchema).check(z.minLength(1)),
  /** Full years, both included; what is left out has no end. */
  ages: z.optional(z.strictObject({ from: z.optional(z.int()), until: z.optional(z.int()) })),
  level: z.enum(LEVEL_CODES.filter((level) => level !== 'SATISFACTORY')),
  /** What is counted in a row: see `consecutive`. */
  finding: codeSchema,
  text: z.string().check(z.minLength(2)),
  ...sourced,
});
export type Rule = z.output<typeof ruleSchema>;

/** A visit's day and its window, counted from the plan's anchor. */
const visitSchema = z.strictObject({
  name: z.string().check(z.minLength(2)),
  from: durationSchema,
  at: durationSchema,
  until: durationSchema,
});

const repeatSchema = z.strictObject({
  /** Of the first one, after the anchor. */
  first: durationSchema,
  every: durationSchema,
  daysBefore: days,
  daysAfter: days,
  /** Left out: until the plan is ended. */
  times: z.optional(count),
});

const templateSchema = z
  .strictObject({
    template: codeSchema,
    name: z.string().check(z.minLength(2)),
    /** What days are counted from: the day it is opened, the birth date, or a day that whoever opens it gives. */
    anchor: z.enum(['OPENING', 'BIRTH', 'GIVEN']),
    /** One after the other; then what repeats. */
    visits: z.array(visitSchema),
    repeat: z.optional(repeatSchema),
    questionnaire: z.string(),
    rules: z.array(ruleSchema),
    /** So many unsatisfactory answers of one finding in a row propose a referral; left out: none does. */
    consecutive: z.optional(count),
    /** After anything but a satisfactory answer the next task is due within so many days. */
    checkDays: count,
    /** Grade of a year: months in which `controlled` held. */
    control: z.optional(
      z.strictObject({
        controlled: z.array(conditionSchema).check(z.minLength(1)),
        goodMonths: count,
        fairMonths: count,
        ...sourced,
      }),
    ),
    /** Of the referral that is proposed. */
    diagnosis: z.optional(z.strictObject({ icd10: z.string(), text: z.string() })),
    /** Stays with the institution when the signing ends. */
    outlivesSigning: z.boolean(),
    ...sourced,
  })
  .check(
    z.refine(({ visits, repeat }) => visits.length > 0 || repeat !== undefined, 'a template without a visit'),
  );
export type Template = z.output<typeof templateSchema>;

export const followupPolicy = policySection(
  'followup',
  z.strictObject({
    templates: z
      .array(templateSchema)
      .check(
        z.refine(
          (all) => new Set(all.map(({ template }) => template)).size === all.length,
          'two templates of one name',
        ),
      ),
    /** What signing a resident of a priority group does; a template whose anchor has to be given is only proposed. */
    groups: z.array(
      z.strictObject({ group: codeSchema, template: codeSchema, mode: z.enum(['OPEN', 'PROPOSE']) }),
    ),
    /** Opened when a patient is handed down to the community. */
    downReferral: codeSchema,
    /** A plan that was paused goes on within so many days of the return. */
    returnDays: count,
    reminders: z
      .strictObject({
        /** Nobody is reminded before or from these times of day on. */
        from: hourMinuteSchema,
        until: hourMinuteSchema,
        /** From `from` on, evenly over so long. */
        spreadMinutes: count,
        daysBefore: days,
      })
      .check(
        // Else a reminder would be put off to the next morning, and the next.
        z.refine(
          ({ from, until, spreadMinutes }) =>
            [from, until].every((time) => hourMinuteSchema.safeParse(time).success) &&
            minutesOf(from) + spreadMinutes <= minutesOf(until),
          'no time of day to remind in',
        ),
      ),
    overdue: z.strictObject({
      /** Reminders after the window, at this interval. */
      attempts: count,
      everyDays: count,
      /** Counted from the end of the window, when all attempts are made. */
      lostAfterDays: count,
    }),
    deferral: z.strictObject({ most: count, mostDays: count }),
    /**
     * Years whose holidays the State Council has not announced. WEEKDAYS: Monday to Friday count, the task says that
     * its day is provisional, and it is placed anew once the notice is in. REFUSE: nothing is planned into them.
     */
    yearsWithoutNotice: z.enum(['WEEKDAYS', 'REFUSE']),
  }),
);
export type FollowupPolicy = z.output<typeof followupPolicy.schema>;

/** Dated like everything else; what was answered names its version, so old entries stay in the file. */
export const questionnairePolicy = policySection(
  'followup-questionnaires',
  z.strictObject({ questionnaires: z.array(questionnaireSchema).check(z.minLength(1)) }),
);
