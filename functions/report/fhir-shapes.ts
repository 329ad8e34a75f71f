import * as z from 'zod/mini';
import { isDay } from '../../shared/kernel/china-time.ts';

/**
 * What is read of FHIR R4 resources. Elements that nobody here reads are let by, as FHIR asks of a reader; a modifier
 * is not, since it may turn the meaning of everything beside it.
 */

const text = z.string().check(z.regex(/\S/));
const optional = z.optional(text);
const unmodified = { modifierExtension: z.optional(z.undefined()), implicitRules: z.optional(z.undefined()) };

const coding = z.looseObject({ system: optional, code: optional, display: optional });
export const concept = z.looseObject({ coding: z.optional(z.array(coding)), text: optional });
export type Concept = z.output<typeof concept>;
const identifier = z.looseObject({ system: optional, value: optional });
export const reference = z.looseObject({
  reference: optional,
  identifier: z.optional(identifier),
  display: optional,
  type: optional,
});
export type FhirReference = z.output<typeof reference>;

/** A day, or a moment with its zone: a report of a month or a year is none. */
const dateTime = z
  .string()
  .check(z.refine((value) => isDay(value) || isMoment(value), '不是日期，或缺少时区'));
const moment = z.string().check(z.refine((value) => isMoment(value), '不是带时区的时刻'));

function isMoment(value: string): boolean {
  const [, day = ''] =
    /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.exec(value) ?? [];
  return isDay(day) && Number.isFinite(Date.parse(value));
}

const meta = z.looseObject({
  versionId: optional,
  tag: z.optional(z.array(coding)),
  security: z.optional(z.array(coding)),
});

export const quantity = z.looseObject({
  value: z.number(),
  comparator: z.optional(z.enum(['<', '<=', '>=', '>', 'ad'])),
  unit: optional,
  system: optional,
  code: optional,
});
const bound = z.looseObject({ value: z.number() });
const ratioPart = z.looseObject({ value: z.number() });

const PERIOD = z.looseObject({ start: z.optional(dateTime), end: z.optional(dateTime) });

export const observationShape = z.looseObject({
  ...unmodified,
  resourceType: z.literal('Observation'),
  meta: z.optional(meta),
  status: z.enum([
    'registered',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'cancelled',
    'entered-in-error',
    'unknown',
  ]),
  code: concept,
  valueQuantity: z.optional(quantity),
  valueString: optional,
  valueCodeableConcept: z.optional(concept),
  valueInteger: z.optional(z.int()),
  valueRatio: z.optional(z.looseObject({ numerator: ratioPart, denominator: ratioPart })),
  interpretation: z.optional(z.array(concept)),
  referenceRange: z.optional(z.array(z.looseObject({ low: z.optional(bound), high: z.optional(bound) }))),
  hasMember: z.optional(z.array(reference)),
  extension: z.optional(z.array(z.looseObject({ url: text, valueString: optional }))),
});
export type ReadObservation = z.output<typeof observationShape>;

export const reportShape = z.looseObject({
  ...unmodified,
  resourceType: z.literal('DiagnosticReport'),
  meta: z.optional(meta),
  contained: z.optional(z.array(z.unknown())),
  identifier: z.array(identifier).check(z.minLength(1)),
  basedOn: z.optional(z.array(reference)),
  status: z.enum([
    'registered',
    'partial',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'appended',
    'cancelled',
    'entered-in-error',
  ]),
  category: z.array(concept).check(z.minLength(1)),
  code: concept,
  subject: reference,
  encounter: z.optional(reference),
  effectiveDateTime: z.optional(dateTime),
  effectivePeriod: z.optional(PERIOD),
  issued: moment,
  performer: z.optional(z.array(reference)),
  resultsInterpreter: z.optional(z.array(reference)),
  specimen: z.optional(z.array(reference)),
  result: z.optional(z.array(reference)),
  conclusion: optional,
  presentedForm: z.optional(
    z.array(z.looseObject({ contentType: optional, title: optional, url: optional })),
  ),
});
export type ReadReport = z.output<typeof reportShape>;

/** Of what a report refers to: read as far as it is as expected, and otherwise not at all. */
export const patientShape = z.looseObject({
  resourceType: z.literal('Patient'),
  identifier: z.optional(z.array(identifier)),
  name: z.optional(
    z.array(z.looseObject({ text: optional, family: optional, given: z.optional(z.array(text)) })),
  ),
});
export const encounterShape = z.looseObject({
  resourceType: z.literal('Encounter'),
  class: coding,
  type: z.optional(z.array(concept)),
});
export const specimenShape = z.looseObject({
  resourceType: z.literal('Specimen'),
  type: z.optional(concept),
  collection: z.optional(z.looseObject({ collectedDateTime: z.optional(dateTime) })),
});
export const orderShape = z.looseObject({
  resourceType: z.literal('ServiceRequest'),
  requester: z.optional(reference),
});
export const ordererShape = z.looseObject({
  resourceType: z.literal('PractitionerRole'),
  practitioner: z.optional(reference),
  organization: z.optional(reference),
  healthcareService: z.optional(z.array(reference)),
});
export const bundleShape = z.looseObject({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.looseObject({ fullUrl: optional, resource: z.optional(z.unknown()) })),
});
