import * as z from 'zod/mini';
import { daySchema, fenSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { DOWN_CRITERIA, END_REASONS, UP_CRITERIA, URGENCIES } from './codes.ts';
import { STATUSES } from './transitions.ts';

/** The published language of referral: requests, answers, tasks, events. Instants UTC, days Asia/Shanghai. */

export const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
const words = (most: number) => z.string().check(z.trim(), z.minLength(2), z.maxLength(most));
const codesOf = <T extends object>(codes: T) => z.enum(Object.keys(codes) as [string, ...string[]]);
const statusSchema = z.enum(STATUSES);

export const patientParams = z.strictObject({ patientId: idSchema });
export const referralParams = z.strictObject({ patientId: idSchema, referralId: idSchema });
export const institutionParams = z.strictObject({ institutionId: idSchema });
export const institutionPatientParams = z.strictObject({ institutionId: idSchema, patientId: idSchema });
export const stepParams = z.strictObject({
  institutionId: idSchema,
  patientId: idSchema,
  referralId: idSchema,
});

// ---- what a doctor writes

/** ICD-10 in the national clinical edition: I10, E11.9, I63.902, M51.1x00. */
const icd10Schema = z.string().check(z.regex(/^[A-Z]\d{2}(\.[\dx]{1,6})?[+*]?$/));
const diagnosisSchema = z.strictObject({ icd10: icd10Schema, text: words(200) });
/** A reference to what is kept elsewhere; the thing itself never travels with a referral. */
const attachmentSchema = z.strictObject({
  kind: z.enum(['REPORT', 'IMAGE', 'PRESCRIPTION', 'DOCUMENT']),
  id: idSchema,
});
const attachments = z.array(attachmentSchema).check(z.maxLength(20));
const consentSchema = z.strictObject({
  by: z.enum(['PATIENT', 'GUARDIAN', 'NEXT_OF_KIN']),
  form: z.enum(['WRITTEN', 'IN_APP', 'ORAL']),
  on: daySchema,
});
const planSchema = z.strictObject({
  treatment: words(2000),
  medication: z.optional(words(2000)),
  rehabilitation: z.optional(words(2000)),
  warningSigns: z.optional(words(1000)),
});
const standingSchema = z.strictObject({
  intervalDays: z.int().check(z.minimum(1), z.maximum(366)),
  count: z.int().check(z.minimum(2), z.maximum(24)),
  until: daySchema,
});

const applicationFields = {
  toInstitutionId: idSchema,
  toDepartmentId: idSchema,
  toPractitionerId: z.optional(idSchema),
  criteria: z
    .array(z.enum([...codeNames(UP_CRITERIA), ...codeNames(DOWN_CRITERIA)]))
    .check(z.minLength(1), z.maxLength(8)),
  criterionText: z.optional(words(200)),
  diagnosis: diagnosisSchema,
  history: words(4000),
  attachments: z._default(attachments, []),
  consent: consentSchema,
  outsideReason: z.optional(words(500)),
  firstVisit: z.optional(z.strictObject({ on: daySchema, recordId: idSchema })),
  plan: z.optional(planSchema),
  standing: z.optional(standingSchema),
  /** The referral this one goes on from, e.g. the one up that it leads down from. */
  follows: z.optional(idSchema),
};
const ordinaryUrgency = z._default(z.enum(['ORDINARY', 'URGENT', 'GREEN']), 'ORDINARY');

/** An application as the use case takes it. */
const applicationSchema = z.strictObject(applicationFields);
export type Application = z.output<typeof applicationSchema>;

export const applyBody = z.strictObject({ ...applicationFields, urgency: ordinaryUrgency });
export const hospitalApplyBody = z.strictObject({
  ...applicationFields,
  urgency: ordinaryUrgency,
  direction: z.enum(['UP', 'DOWN']),
});
export const emergencyBody = applicationSchema;

// ---- steps

const reason = words(500);
export const gateBody = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('APPROVE') }),
  z.strictObject({ decision: z.literal('RETURN'), reason }),
  z.strictObject({ decision: z.literal('REJECT'), reason }),
]);
export const centreBody = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('ACCEPT'), toPractitionerId: z.optional(idSchema) }),
  /** The ward expects the patient: no number is needed. A bed is asked for by `bedRequest` once beds are kept here. */
  z.strictObject({ decision: z.literal('ADMIT'), expectedOn: daySchema }),
  z.strictObject({ decision: z.literal('RETURN'), reason }),
  z.strictObject({ decision: z.literal('DECLINE'), reason }),
  z.strictObject({
    decision: z.literal('REROUTE'),
    reason,
    toInstitutionId: idSchema,
    toDepartmentId: idSchema,
  }),
]);
export const communityBody = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('ACCEPT') }),
  z.strictObject({ decision: z.literal('DECLINE'), reason }),
]);
export const supplementBody = z.strictObject({ history: z.optional(words(4000)), attachments });
export const emptyBody = z.optional(z.strictObject({}));
export const reasonBody = z.strictObject({ reason });
export const completionBody = z.strictObject({
  diagnosis: diagnosisSchema,
  summary: words(4000),
  /** Reports and prescriptions of the visit: shown at home by the contexts that keep them. */
  results: z._default(attachments, []),
  advice: z.optional(words(2000)),
});
export const firstVisitBody = z.strictObject({ on: daySchema, findings: words(4000) });

// ---- answers

const timelineEntry = z.object({
  at: instantSchema,
  status: statusSchema,
  /** Plain Chinese, as the resident reads it. */
  text: z.string(),
});
const numberView = z.object({
  appointmentId: z.string(),
  institutionId: idSchema,
  day: daySchema,
  startsAt: instantSchema,
  endsAt: instantSchema,
  /** Until then it is to be confirmed, or paid, at booking. */
  heldUntil: instantSchema,
  feeFen: fenSchema,
});
const place = z.object({ institutionId: idSchema, name: z.string() });

const cardFields = {
  referralId: idSchema,
  patientId: idSchema,
  direction: z.enum(['UP', 'DOWN']),
  urgency: codesOf(URGENCIES),
  status: statusSchema,
  from: place,
  to: z.extend(place, { departmentId: idSchema, departmentName: z.string() }),
  specialty: z.string(),
  round: z.int(),
  submittedAt: instantSchema,
  waitUntil: z.optional(instantSchema),
};
export const referralCard = z.object(cardFields);

export const referralView = z.object({
  ...cardFields,
  criteria: z.array(z.string()),
  insideCombination: z.boolean(),
  outOfArea: z.boolean(),
  escalated: z.boolean(),
  standing: z.optional(standingSchema),
  nextVisitFrom: z.optional(daySchema),
  expectedOn: z.optional(daySchema),
  number: z.optional(numberView),
  endedAt: z.optional(instantSchema),
  endedReason: z.optional(codesOf(END_REASONS)),
  follows: z.optional(idSchema),
  /** The same state in the words of HL7 BSeR and FHIR R4. */
  standard: z.object({ bser: z.string(), serviceRequest: z.string(), task: z.string() }),
  timeline: z.array(timelineEntry),
  application: z.optional(
    z.object({
      diagnosis: diagnosisSchema,
      history: z.string(),
      criterionText: z.optional(z.string()),
      outsideReason: z.optional(z.string()),
      attachments,
      consent: consentSchema,
      firstVisit: z.optional(z.object({ on: daySchema, recordId: idSchema })),
      plan: z.optional(planSchema),
    }),
  ),
  supplement: z.optional(z.object({ history: z.optional(z.string()), attachments })),
  /** Of each visit, the last one last: visible at home as soon as the visit is completed. */
  summaries: z.array(completionBody),
  firstVisit: z.optional(firstVisitBody),
  /** What the last one to return, decline or withdraw wrote. */
  remark: z.optional(z.object({ text: z.string() })),
});
export const referralList = z.object({ referrals: z.array(referralCard), next: z.optional(z.string()) });
export const pageQuery = z.strictObject({ after: z.optional(z.string()) });

const monthSchema = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/));
export const countsQuery = z
  .strictObject({ from: monthSchema, until: monthSchema })
  .check(
    z.refine(({ from, until }) => from <= until, { path: ['until'], message: '结束月份不能早于开始月份' }),
  );
const upDown = z.object({ up: z.int(), down: z.int() });
export const countsView = z.object({
  /** 口径: accepted referrals, by the month in which they were first accepted. */
  definition: z.literal('accepted-referrals'),
  from: monthSchema,
  until: monthSchema,
  asOf: instantSchema,
  sent: upDown,
  received: upDown,
});

// ---- tasks of the machine

export const placeInput = z.object({ patientId: idSchema, referralId: idSchema });
/** Answers a state that waits: what counts comes with its token. */
export const nothing = z.object({});
/** What a place says: see `placeOf`. */
export const placeOutput = z.record(z.string(), z.json());
/** Booking's answer to `reserve-number`. */
export const reservedNumber = z.object({
  appointmentId: z.string(),
  institutionId: idSchema,
  day: daySchema,
  startsAt: instantSchema,
  endsAt: instantSchema,
  heldUntil: instantSchema,
  feeFen: fenSchema,
});
export const askInput = z.extend(placeInput, {
  at: z.enum(['GATE', 'DOCUMENTS', 'OFFER', 'CONFIRMATION', 'ARRIVAL', 'TREATMENT', 'FIRST_VISIT']),
  /** At CONFIRMATION, coming from booking. */
  number: z.optional(reservedNumber),
});
export const lookInput = z.extend(placeInput, { noNumber: z.optional(z.boolean()) });

/** What the machine will ask of beds: one bed never reserved twice, undone by `release`. For the context to come. */
export const bedRequest = z.object({
  patientId: idSchema,
  reservationId: z.string(),
  institutionId: idSchema,
  departmentId: idSchema,
  urgency: codesOf(URGENCIES),
  expectedOn: daySchema,
  holdSeconds: z.int().check(z.positive()),
});
export const bedOffer = z.object({
  bedId: idSchema,
  ward: z.string(),
  admittedOn: daySchema,
  heldUntil: instantSchema,
});

// ---- events

/** `referral.<status>` and `referral.reminder-due`. */
export const referralMoved = z.object({
  patientId: idSchema,
  referralId: idSchema,
  status: statusSchema,
  direction: z.enum(['UP', 'DOWN']),
  urgency: codesOf(URGENCIES),
  round: z.int(),
  fromInstitutionId: idSchema,
  toInstitutionId: idSchema,
  /** Account, or `system`. */
  by: z.string(),
  role: z.string(),
  institutionId: z.optional(idSchema),
  follows: z.optional(idSchema),
  reason: z.optional(z.string()),
  waitUntil: z.optional(instantSchema),
  /** With a step that starts an execution: its input. */
  place: z.optional(z.record(z.string(), z.json())),
});

function codeNames<T extends object>(codes: T): (keyof T & string)[] {
  // The keys of an object literal are exactly those it was written with.
  return Object.keys(codes) as (keyof T & string)[];
}
