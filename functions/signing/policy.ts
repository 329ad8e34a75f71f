import * as z from 'zod/mini';
import { fenSchema } from '../../shared/kernel/schemas.ts';
import { policySection } from '../../shared/policy/city.ts';
import { GROUP_CODES } from './codes.ts';

/** A city's rules of signing as data: terms, packages, fees, subsidies, waivers, priority groups, agreements. */

const count = z.int().check(z.positive(), z.maximum(10_000));
const groupSchema = z.enum([...GROUP_CODES]);
const idSchema = z.string().check(z.regex(/^[\w-]{1,32}$/));

const itemSchema = z.strictObject({
  itemId: idSchema,
  name: z.string().check(z.minLength(2)),
  /** How often in a term. */
  perTerm: count,
});

const packageSchema = z.strictObject({
  packageId: idSchema,
  name: z.string().check(z.minLength(2)),
  /** BASIC is part of every signing and paid by insurance and public health funds; PERSONALISED is added to it. */
  kind: z.enum(['BASIC', 'PERSONALISED']),
  /** Of a whole term. */
  feeFen: fenSchema,
  /** In so many equal parts over the term; the first is due before it begins. */
  instalments: z._default(z.int().check(z.minimum(1), z.maximum(12)), 1),
  /** Only for residents of one of these; left out: for all. */
  groups: z.optional(z.array(groupSchema).check(z.minLength(1))),
  items: z.array(itemSchema).check(z.minLength(1)),
  /** 备案: number under which the county health authority has filed it. */
  filedAs: z.optional(z.string().check(z.minLength(1))),
});

const templateSchema = z.strictObject({
  version: z.string().check(z.regex(/^[\w.-]{1,20}$/)),
  /** With placeholders `{{name}}`: see agreements.ts. */
  text: z.string().check(z.minLength(20), z.maxLength(20_000)),
});

export const signingPolicy = policySection(
  'signing',
  z.strictObject({
    termMonths: count.check(z.maximum(60)),
    /** 国卫基层发〔2018〕35号: a team's capacity is never more than so many for each of its doctors. */
    residentsPerDoctor: count,
    /** How long each step may take. */
    hours: z.strictObject({ review: count, signatures: count, payment: count }),
    /** A payment begun in time may still succeed for this long. */
    paymentGraceMinutes: count,
    /** The reminder goes out when this share of a step's time has passed. */
    remindAtPercent: z.int().check(z.minimum(1), z.maximum(99)),
    renewal: z.strictObject({
      windowDays: count.check(z.maximum(180)),
      /** Before the last day of the term, the largest first; the first reminder goes out when the window opens. */
      remindDaysBefore: z.array(count),
    }),
    instalments: z.strictObject({ graceDays: count }),
    termination: z.strictObject({
      /** What the resident asked for takes effect by itself after so many days; what the team asked for lapses. */
      days: count,
      /** What was paid goes back if the end is asked for within so many days and nothing of it was used. */
      coolingOffDays: z.int().check(z.nonnegative()),
    }),
    /** 1+1+1: whether a district and a municipal hospital must, may or cannot be named. */
    combination: z.enum(['REQUIRED', 'OPTIONAL', 'NONE']),
    /** Whether a team takes residents of its service area only. */
    areaBound: z.boolean(),
    groups: z.array(
      z.strictObject({
        group: groupSchema,
        mustCover: z.boolean(),
        /** Full years: who is in the group by age alone. */
        ages: z.optional(z.strictObject({ from: z.int(), until: z.int() })),
      }),
    ),
    packages: z.array(packageSchema).check(
      z.refine((all) => all.some(({ kind }) => kind === 'BASIC'), 'no basic package'),
      z.refine(
        (all) => new Set(all.map(({ packageId }) => packageId)).size === all.length,
        'two packages of one id',
      ),
      z.refine(
        (all) => all.every(({ kind, filedAs, feeFen }) => kind === 'BASIC' || feeFen === 0 || filedAs),
        'a personalised package with a fee is filed with the health authority',
      ),
    ),
    /** The largest one whose groups the resident is all in. */
    subsidies: z.array(z.strictObject({ groups: z.array(groupSchema), amountFen: fenSchema })),
    /** Of what is left after the subsidy; the largest one counts. */
    waivers: z.array(
      z.strictObject({ group: groupSchema, percent: z.int().check(z.minimum(1), z.maximum(100)) }),
    ),
    templates: z.strictObject({
      SERVICE: templateSchema,
      RENEWAL: templateSchema,
      TERMINATION: templateSchema,
    }),
  }),
);

export type SigningPolicy = z.output<typeof signingPolicy.schema>;
export type ServicePackage = SigningPolicy['packages'][number];
