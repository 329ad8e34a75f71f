import * as z from 'zod/mini';
import { instantSchema } from '../../shared/kernel/schemas.ts';
import { SENSITIVE_CATEGORIES } from './codes.ts';
import { contentFields, FILE_TYPES, idSchema, nameSchema, numberSchema } from './report-content.ts';

/** What a hospital publishes. Instants UTC, days Asia/Shanghai. */

/** Of a sender's own numbers: every instant of issue is a larger one. */
export const LARGEST_VERSION = 1_000_000;

/** One version of one report, as a hospital publishes it: a row of a batch. */
export const publication = z.strictObject({
  reportNumber: numberSchema,
  /**
   * Which version this is: the sender's own number, rising. Left out: versions are told apart and put in order by
   * `issuedAt`. One report keeps to one of the two.
   */
  version: z.optional(z.int().check(z.minimum(1), z.maximum(LARGEST_VERSION))),
  patient: z.strictObject({
    name: nameSchema,
    idNumber: z.string().check(z.trim(), z.minLength(15), z.maxLength(18)),
  }),
  /** Who asked for it; the institution is the publishing one if left out. */
  order: z._default(
    z.strictObject({
      institutionId: z.optional(idSchema),
      departmentId: z.optional(idSchema),
      practitionerId: z.optional(idSchema),
    }),
    {},
  ),
  /** The sender's own word for a category that is released in person; the city's policy adds to it, never takes away. */
  category: z.optional(z.enum(SENSITIVE_CATEGORIES)),
  ...contentFields,
});
export type Publication = z.output<typeof publication>;

export const MOST_ROWS = 200;

/** A row as it came: each is judged by itself against `publication`, so that one bad row hurts no other. */
const row = z.unknown().register(z.globalRegistry, {
  type: 'object',
  description: '一份报告的一个版本；逐份校验，互不影响',
});
export const publishBody = z.strictObject({
  reports: z.array(row).check(z.minLength(1), z.maxLength(MOST_ROWS)),
});

/** FHIR R4: one DiagnosticReport with what it speaks of `contained`, or a Bundle of them. `fhir-read.ts` judges it. */
export const fhirBody = z.catchall(
  z.object({ resourceType: z.enum(['DiagnosticReport', 'Bundle']) }),
  z.unknown().register(z.globalRegistry, { description: '以 FHIR R4 的定义为准' }),
);

export const OUTCOMES = ['PUBLISHED', 'REPEATED', 'OLDER', 'REFUSED'] as const;

const rowFault = z.object({ path: z.string(), code: z.string(), message: z.string() });
/**
 * PUBLISHED: it is the report's present version. REPEATED: the very same was here already, nothing was changed.
 * OLDER: kept, but a newer version stays. REFUSED: nothing was kept; the reason, and the faulty fields.
 */
export const rowOutcome = z.object({
  row: z.int(),
  outcome: z.enum(OUTCOMES),
  reportId: z.optional(idSchema),
  /** False: no patient of the city has this number and name yet. The report waits for them. */
  matched: z.optional(z.boolean()),
  code: z.optional(z.string()),
  message: z.optional(z.string()),
  fields: z.optional(z.array(rowFault)),
});
export type RowOutcome = z.output<typeof rowOutcome>;
export const publishAnswer = z.object({ rows: z.array(rowOutcome) });

export const uploadBody = z.strictObject({
  contentType: z.enum(FILE_TYPES),
  sizeBytes: z.int().check(z.minimum(1)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});
/** The bytes go to `url` by PUT, with `headers` as they are. */
export const uploadLink = z.object({
  fileId: idSchema,
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  expiresAt: instantSchema,
});
