import * as z from 'zod/mini';
import { daySchema, instantSchema } from '../../shared/kernel/schemas.ts';
import {
  CONSENT_KINDS,
  DECISIONS,
  FLAGS,
  KINDS,
  PURPOSES,
  RELEASES,
  REPEAT_REASONS,
  SCOPES,
  SENSITIVE_CATEGORIES,
  SETTINGS,
} from './codes.ts';
import { CRITICAL_STATUSES, STATUSES } from './transitions.ts';

/** The published language of reports: requests, answers, events. Instants UTC, days Asia/Shanghai. */

export const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
/** As hospitals number theirs: no blanks, so that two spellings of one number do not exist. */
const numberSchema = z.string().check(z.regex(/^[\w./-]{1,64}$/));
/** Of an examination or a value: the city's catalogue, LOINC, or the sender's own. */
const codeSchema = z.string().check(z.regex(/^[\w.-]{1,40}$/));
const nameSchema = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
const text = z.string().check(z.trim(), z.minLength(1), z.maxLength(4_000));
const kindSchema = z.enum(KINDS);
const statusSchema = z.enum(STATUSES);
const monthSchema = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/));
/** 互认标识: where it is recognised and HR, such as 河南HR. */
const tagSchema = z.string().check(z.regex(/^\p{Script=Han}{2,10}HR$/u));

export const patientParams = z.strictObject({ patientId: idSchema });
export const reportParams = z.strictObject({ patientId: idSchema, reportId: idSchema });
export const fileParams = z.strictObject({ patientId: idSchema, reportId: idSchema, fileId: idSchema });
export const trendParams = z.strictObject({ patientId: idSchema, code: codeSchema });
export const consentParams = z.strictObject({ patientId: idSchema, kind: z.enum(CONSENT_KINDS) });
export const institutionParams = z.strictObject({ institutionId: idSchema });
export const institutionPatientParams = z.strictObject({ institutionId: idSchema, patientId: idSchema });
export const counterParams = z.strictObject({ institutionId: idSchema, reportId: idSchema });

// ---- what a hospital publishes

/** One value of a report. A number has a unit where it has one; what is no number is a text (阴性, <0.01). */
export const resultFields = {
  code: codeSchema,
  name: nameSchema,
  value: z.union([z.number(), z.string().check(z.trim(), z.minLength(1), z.maxLength(200))]),
  unit: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(30))),
  /** Reference band, both ends inside; either may be missing. */
  low: z.optional(z.number()),
  high: z.optional(z.number()),
  flag: z.optional(z.enum(FLAGS)),
  tag: z.optional(tagSchema),
};
export const resultSchema = z.strictObject(resultFields);

export const FILE_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;

const fileEntry = z.strictObject({
  /** As answered when the upload was asked for. */
  fileId: idSchema,
  title: nameSchema,
  contentType: z.enum(FILE_TYPES),
});

/** What all versions of a report and all that is shown of it have in common. */
export const contentFields = {
  kind: kindSchema,
  status: statusSchema,
  /** When the sender issued this version. */
  issuedAt: instantSchema,
  /** When the specimen was taken or the examination done; before that: when it was ordered. */
  effectiveAt: instantSchema,
  examination: z.strictObject({ code: codeSchema, name: nameSchema }),
  setting: z._default(z.enum(SETTINGS), 'OUTPATIENT'),
  specimen: z.optional(nameSchema),
  results: z._default(z.array(resultSchema).check(z.maxLength(200)), []),
  /** 检查所见. */
  findings: z.optional(text),
  /** 检查结论, 诊断意见. */
  conclusion: z.optional(text),
  /** Names of the doctors or technicians who reported and reviewed it. */
  reportedBy: z.optional(nameSchema),
  reviewedBy: z.optional(nameSchema),
  files: z._default(z.array(fileEntry).check(z.maxLength(20)), []),
  /** Of the whole examination; a value may have one of its own. */
  tag: z.optional(tagSchema),
};

/** One version of one report, as a hospital publishes it: a row of a batch. */
export const publication = z.strictObject({
  reportNumber: numberSchema,
  /**
   * Which version this is: the sender's own number, rising. Left out: versions are told apart and put in order by
   * `issuedAt`. One report keeps to one of the two.
   */
  version: z.optional(z.int().check(z.minimum(1), z.maximum(1_000_000))),
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
export type Result = z.output<typeof resultSchema>;

export const MOST_ROWS = 200;

/** Rows are judged one by one, so that one bad row hurts no other. */
export const publishBody = z.strictObject({
  reports: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MOST_ROWS)),
});

/** FHIR R4: one DiagnosticReport with what it speaks of `contained`, or a Bundle of them. `fhir-read.ts` judges it. */
export const fhirBody = z.looseObject({ resourceType: z.enum(['DiagnosticReport', 'Bundle']) });

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

// ---- what is read

export const listQuery = z.strictObject({ kind: z.optional(kindSchema), after: z.optional(z.string()) });
export const trendQuery = z.strictObject({ from: z.optional(daySchema), until: z.optional(daySchema) });
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
export const countsQuery = z.strictObject({ from: monthSchema, until: monthSchema });
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
