import * as z from 'zod/mini';
import { policySection } from '../../shared/policy/city.ts';
import { KINDS, REPEAT_REASONS, SCOPES, SENSITIVE_CATEGORIES, SETTINGS } from './codes.ts';

/** A city's rules of reports as data: keeping, opening, critical values, mutual recognition. */

const count = z.int().check(z.positive(), z.maximum(10_000));
const code = z.string().check(z.regex(/^[\w.-]{1,40}$/));
const unit = z.string().check(z.minLength(1), z.maxLength(30));

export const reportPolicy = policySection(
  'report',
  z.strictObject({
    /** Years a report is kept after the examination, by where it was done. Nothing is ever deleted by time alone. */
    keepYears: z.record(z.enum(SETTINGS), count.check(z.maximum(100))),
    files: z.strictObject({
      /** How long a link opens the file. */
      linkMinutes: count.check(z.maximum(60)),
      uploadMinutes: count.check(z.maximum(24 * 60)),
      mostBytes: z.int().check(z.positive()),
    }),
    /** What is released in person: by category the sender names, or by code of the examination or of a value. */
    sensitive: z.array(
      z.strictObject({
        category: z.enum(SENSITIVE_CATEGORIES),
        /** AT_COUNTER: the patient sees that something is there; HIDDEN: not even that. */
        shown: z.enum(['AT_COUNTER', 'HIDDEN']),
        codes: z.array(code),
      }),
    ),
    /** Whether doctors in this relation may read where the resident has said nothing. */
    opensByDefault: z.strictObject({ SIGNED: z.boolean(), REFERRAL: z.boolean() }),
    /** How far back a trend goes if nobody says. */
    trendYears: count.check(z.maximum(30)),
    /** Units that values of one item come in: `value × factor` is in the item's own unit. */
    units: z.array(
      z.strictObject({
        code,
        unit,
        others: z.array(z.strictObject({ unit, factor: z.number().check(z.positive()) })),
      }),
    ),
  }),
);

/** Rungs of the ladder, after the ordering doctor was told. */
export const RUNGS = ['DEPARTMENT_HEAD', 'DUTY_DESK'] as const;

export const criticalPolicy = policySection(
  'report-critical',
  z.strictObject({
    /** Below `low` or above `high`, in this unit, is critical; the limits themselves are not. */
    limits: z.array(
      z.strictObject({
        code,
        name: z.string().check(z.minLength(2)),
        unit,
        low: z.optional(z.number()),
        high: z.optional(z.number()),
      }),
    ),
    /** Minutes from the first notice, rising. */
    ladder: z.array(z.strictObject({ afterMinutes: count, to: z.enum(RUNGS) })).check(
      z.minLength(1),
      z.refine(
        (rungs) => rungs.every(({ afterMinutes }, i) => afterMinutes > (rungs[i - 1]?.afterMinutes ?? 0)),
        'a ladder rises',
      ),
    ),
    /** Titles of those who answer for a department. */
    headTitles: z.array(z.enum(['resident', 'attending', 'associate-chief', 'chief'])).check(z.minLength(1)),
  }),
);

export const recognitionPolicy = policySection(
  'report-recognition',
  z.strictObject({
    /** Inside one close alliance everything is recognised for so many days; left out: only what is listed. */
    allianceDays: z.optional(z.record(z.enum(KINDS), count)),
    /** The list of the city or province: an item, how long its result counts, and how far. */
    items: z.array(
      z.strictObject({
        code,
        name: z.string().check(z.minLength(2)),
        days: count,
        scope: z.enum(SCOPES),
      }),
    ),
    /** Marks under which a result counts outside its alliance (区域+HR), and how far. */
    tags: z.array(
      z.strictObject({
        tag: z.string().check(z.regex(/^\p{Script=Han}{2,10}HR$/u)),
        scope: z.enum(['CITY', 'PROVINCE']),
      }),
    ),
    /** In the regulation's words. */
    repeatReasons: z.record(z.enum(REPEAT_REASONS), z.string().check(z.minLength(4))),
  }),
);

export type ReportPolicy = z.output<typeof reportPolicy.schema>;
export type CriticalPolicy = z.output<typeof criticalPolicy.schema>;
export type RecognitionPolicy = z.output<typeof recognitionPolicy.schema>;
