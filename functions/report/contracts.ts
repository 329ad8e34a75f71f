import * as z from 'zod/mini';
import { daySchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { CONSENT_KINDS, DECISIONS, PURPOSES, RELEASES, REPEAT_REASONS, SCOPES, SETTINGS } from './codes.ts';
import {
  codeSchema,
  contentFields,
  FILE_TYPES,
  idSchema,
  kindSchema,
  monthSchema,
  resultFields,
  statusSchema,
  text,
} from './report-content.ts';
import { CRITICAL_STATUSES } from './transitions.ts';

/** The published language of reports: requests, answers, events. Instants UTC, days Asia/Shanghai. */

const BACKWARDS = { path: ['until'], error: '截止早于开始' };

export const patientParams = z.strictObject({ patientId: idSchema });
export const reportParams = z.strictObject({ patientId: idSchema, reportId: idSchema });
export const fileParams = z.strictObject({ patientId: idSchema, reportId: idSchema, fileId: idSchema });
export const trendParams = z.strictObject({ patientId: idSchema, code: codeSchema });
export const consentParams = z.strictObject({ patientId: idSchema, kind: z.enum(CONSENT_KINDS) });
export const institutionParams = z.strictObject({ institutionId: idSchema });
export const institutionPatientParams = z.strictObject({ institutionId: idSchema, patientId: idSchema });
export const counterParams = z.strictObject({ institutionId: idSchema, reportId: idSchema });

// ---- what is read

export const listQuery = z.strictObject({ kind: z.optional(kindSchema), after: z.optional(z.string()) });
export const trendQuery = z
  .strictObject({ from: z.optional(daySchema), until: z.optional(daySchema) })
  .check(
    z.refine(({ from, until }) => from === undefined || until === undefined || from <= until, BACKWARDS),
  );
/** Staff say why; residents need not. */
export const purposeQuery = z.strictObject({ purpose: z.enum(PURPOSES) });
export const pageQuery = z.strictObject({ after: z.optional(z.string()) });

const cardFields = {
  reportId: idSchema,
  kind: kindSchema,
  status: statusSchema,
  institutionId: idSchema,
  institutionName: z.string(),
  effectiveAt: instantSchema,
  issuedAt: instantSchema,
};
/** A line of the list. Without `title`: to be had at the counter, in person. */
export const reportCard = z.object({
  ...cardFields,
  title: z.optional(z.string()),
  /** Some value is outside its band. */
  abnormal: z.optional(z.boolean()),
  release: z.enum(RELEASES),
});
export const reportList = z.object({ reports: z.array(reportCard), next: z.optional(z.string()) });

/** A report as it is shown: what the readable page and the FHIR resource are made of. */
export const reportView = z.object({
  ...contentFields,
  results: z.array(z.object(resultFields)),
  files: z.array(z.object({ fileId: idSchema, title: z.string(), contentType: z.enum(FILE_TYPES) })),
  examination: z.object({ code: z.string(), name: z.string() }),
  setting: z.enum(SETTINGS),
  reportId: idSchema,
  reportNumber: z.string(),
  version: z.int(),
  institutionId: idSchema,
  institutionName: z.string(),
  /** The name is masked, but on the page. */
  patient: z.object({
    patientId: idSchema,
    name: z.string(),
    sex: z.optional(z.enum(['male', 'female'])),
    birthDate: z.optional(daySchema),
  }),
  order: z.object({
    institutionId: idSchema,
    departmentId: z.optional(idSchema),
    practitionerId: z.optional(idSchema),
  }),
  /** No earlier than this day may an archive let go of it. */
  keepUntil: daySchema,
});
export type ReportView = z.output<typeof reportView>;

/** Every version that was ever final or amended, the newest first. */
export const editionList = z.object({ editions: z.array(reportView) });

/** Whoever has it may follow it until then. */
export const fileLink = z.object({ url: z.string(), expiresAt: instantSchema });

/** One line of a chart: one unit and what it is measured on. Units that cannot be converted stand apart. */
export const trendView = z.object({
  code: z.string(),
  series: z.array(
    z.object({
      /** Left out: the values have no unit. */
      unit: z.optional(z.string()),
      points: z.array(
        z.object({
          at: instantSchema,
          value: z.number(),
          reportId: idSchema,
          institutionId: idSchema,
          /** Reference band of this very measurement, in the unit of the line. */
          low: z.optional(z.number()),
          high: z.optional(z.number()),
          /** The unit it was reported in, where it was converted. */
          convertedFrom: z.optional(z.string()),
        }),
      ),
    }),
  ),
});

// ---- consent

export const consentBody = z.strictObject({
  granted: z.boolean(),
  /** Of an INSTITUTION; left out for the others: it is for all doctors who stand in that relation. */
  holderId: z.optional(idSchema),
  /** Last day on which it is open. */
  until: z.optional(daySchema),
});
export const consentView = z.object({
  consents: z.array(
    z.object({
      kind: z.enum(CONSENT_KINDS),
      holderId: z.optional(idSchema),
      granted: z.boolean(),
      until: z.optional(daySchema),
      /** False: the resident has said nothing, this is what the city's rules say. */
      chosen: z.boolean(),
    }),
  ),
});

// ---- the counter

/** Typed from the card of the person who stands there. */
export const releaseBody = z.strictObject({
  idNumber: z.string().check(z.trim(), z.minLength(15), z.maxLength(18)),
});
export const releaseView = z.object({ reportId: idSchema, releasedAt: instantSchema });

export const unmatchedList = z.object({
  reports: z.array(
    z.object({
      reportId: idSchema,
      reportNumber: z.string(),
      kind: kindSchema,
      status: statusSchema,
      issuedAt: instantSchema,
    }),
  ),
  next: z.optional(z.string()),
});

// ---- critical values

export const criticalView = z.object({
  reportId: idSchema,
  patientId: z.optional(idSchema),
  reportNumber: z.string(),
  institutionId: idSchema,
  status: z.enum(CRITICAL_STATUSES),
  notifiedAt: instantSchema,
  /** How many times nobody answered in time. */
  escalations: z.int(),
  departmentId: z.optional(idSchema),
  practitionerId: z.optional(idSchema),
  acknowledgedAt: z.optional(instantSchema),
  resolvedAt: z.optional(instantSchema),
});
export const criticalList = z.object({ criticalValues: z.array(criticalView), next: z.optional(z.string()) });
/** A step that says all by being taken. */
export const emptyBody = z.optional(z.strictObject({}));
export const resolveBody = z.strictObject({ measure: text });

// ---- recognition

export const checkBody = z.strictObject({
  codes: z.array(codeSchema).check(z.minLength(1), z.maxLength(20)),
});
export const offer = z.object({
  code: z.string(),
  reportId: idSchema,
  institutionId: idSchema,
  institutionName: z.string(),
  effectiveAt: instantSchema,
  /** The last day on which it counts. */
  validUntil: daySchema,
  /** How far the rule reaches that it rests on. */
  scope: z.enum(SCOPES),
  tag: z.optional(z.string()),
});
export const checkView = z.object({ offers: z.array(offer) });
export const orderBody = z.strictObject({
  code: codeSchema,
  /** Uses this result instead. */
  recognises: z.optional(idSchema),
  repeatReason: z.optional(z.enum(REPEAT_REASONS)),
});
export const orderView = z.object({
  decision: z.enum(DECISIONS),
  code: z.string(),
  recognises: z.optional(idSchema),
  repeatReason: z.optional(z.enum(REPEAT_REASONS)),
});
export const countsQuery = z
  .strictObject({ from: monthSchema, until: monthSchema })
  .check(z.refine(({ from, until }) => from <= until, BACKWARDS));
export const countsView = z.object({
  institutionId: idSchema,
  /** 口径. */
  definition: z.string(),
  meaning: z.string(),
  from: monthSchema,
  until: monthSchema,
  asOf: instantSchema,
  recognised: z.int(),
  repeated: z.int(),
  /** Recognised of all for which an equal result was there; left out: there was none. */
  percent: z.optional(z.number()),
  months: z.array(
    z.object({
      month: monthSchema,
      recognised: z.int(),
      repeated: z.int(),
      reasons: z.record(z.string(), z.int()),
    }),
  ),
});

// ---- events: ids and codes only

/** `report.examination-ordered`, `-recognised`, `-repeated`, and `-refused`: again, without a reason. */
export const orderMoved = z.object({
  patientId: idSchema,
  institutionId: idSchema,
  /** The result that is used instead. */
  reportId: z.optional(idSchema),
  by: z.string(),
  role: z.string(),
});
/** `report.ordered`, `report.collected`, … `report.cancelled`, `report.matched`, `report.released`. */
export const reportMoved = z.object({
  reportId: idSchema,
  /** Left out: nobody in the city is known by this number yet. */
  patientId: z.optional(idSchema),
  institutionId: idSchema,
  version: z.int(),
  status: statusSchema,
  /** Whether the resident may be told that there is something to read. Never for what is released in person. */
  tells: z.boolean(),
  by: z.string(),
  role: z.string(),
});
/**
 * @public
 * `report.critical-notified`, `-escalated`, `-acknowledged`, `-resolved`, `-withdrawn`.
 */
export const criticalMoved = z.object({
  reportId: idSchema,
  patientId: z.optional(idSchema),
  /** Of the order: who has to answer. */
  institutionId: idSchema,
  status: z.enum(CRITICAL_STATUSES),
  /** Whom it concerns now. */
  to: z.enum(['ORDERING_DOCTOR', 'DEPARTMENT_HEAD', 'DUTY_DESK']),
  departmentId: z.optional(idSchema),
  practitionerId: z.optional(idSchema),
  /** Rungs of the ladder climbed. */
  escalations: z.int(),
  by: z.string(),
  role: z.string(),
});
