import type {
  CodeableConcept,
  Coding,
  DiagnosticReport,
  FhirResource,
  Identifier,
  Observation,
  Quantity,
  Reference,
} from 'fhir/r4.js';
import type { ReportView } from './contracts.ts';
import {
  CHECK_UP,
  FHIR_FLAG,
  FHIR_SECTION,
  FHIR_SENSITIVITY,
  FHIR_SETTING,
  FHIR_STATUS,
  FINDINGS,
  reportSystem,
  SYSTEMS,
} from './fhir-codes.ts';
import { ucumOf } from './fhir-units.ts';
import type { Publication } from './publish-contracts.ts';
import type { Result } from './report-content.ts';

/** FHIR R4: one DiagnosticReport with everything it speaks of contained. Nothing in it has to be fetched. */

/** What a published report and a shown one have in common. */
type Content = Omit<Publication, 'patient' | 'category' | 'version'>;

interface Frame {
  readonly content: Content;
  readonly version: number | undefined;
  readonly institution: { readonly institutionId: string; readonly name?: string | undefined };
  readonly subject: Reference;
  readonly id?: string | undefined;
  readonly category?: Publication['category'];
}

/** A report as it is shown. The patient is who the platform says, and is not described. */
export function fhirOfView(view: ReportView): DiagnosticReport {
  const { reportId, version, institutionId, institutionName, patient } = view;
  return diagnosticReport({
    content: view,
    id: reportId,
    version,
    institution: { institutionId, name: institutionName },
    subject: subjectOf(SYSTEMS.patient, patient.patientId, patient.name),
  });
}

/** A report as its hospital would publish it. */
export function fhirOfPublication(content: Publication, institutionId: string): DiagnosticReport {
  const { version, category, patient } = content;
  return diagnosticReport({
    content,
    version,
    category,
    institution: { institutionId },
    subject: subjectOf(SYSTEMS.idNumber, patient.idNumber, patient.name),
  });
}

function diagnosticReport(frame: Frame): DiagnosticReport {
  const { content, id, version, category, institution, subject } = frame;
  const { kind, status, examination, effectiveAt, issuedAt, conclusion, reportedBy, reviewedBy } = content;
  const results = content.results.map((result, index) => observation(frame, result, `result-${index + 1}`));
  if (content.findings !== undefined) results.push(findings(frame, content.findings));
  const others = [...orderOf(content, subject), encounterOf(content, subject), specimenOf(content, subject)];
  const contained: FhirResource[] = [...results, ...others].filter((one) => one !== undefined);
  const meta = {
    ...(version === undefined ? {} : { versionId: String(version) }),
    ...tagged(content.tag),
    ...(category === undefined
      ? {}
      : { security: [{ system: SYSTEMS.actCode, code: FHIR_SENSITIVITY[category] }] }),
  };
  return {
    resourceType: 'DiagnosticReport',
    ...(id === undefined ? {} : { id }),
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
    contained,
    identifier: [
      { system: reportSystem(kind), value: content.reportNumber, assigner: organisation(institution) },
    ],
    ...(contained.some(({ id: one }) => one === 'order') ? { basedOn: [{ reference: '#order' }] } : {}),
    status: FHIR_STATUS[status],
    category: [{ coding: [{ system: SYSTEMS.section, code: FHIR_SECTION[kind] }] }],
    code: concept(examination),
    subject,
    encounter: { reference: '#encounter' },
    effectiveDateTime: effectiveAt,
    issued: issuedAt,
    performer: [organisation(institution), ...people(reviewedBy)],
    ...(reportedBy === undefined ? {} : { resultsInterpreter: people(reportedBy) }),
    ...(contained.some(({ id: one }) => one === 'specimen')
      ? { specimen: [{ reference: '#specimen' }] }
      : {}),
    ...(results.length === 0 ? {} : { result: results.map((one) => ({ reference: `#${one.id}` })) }),
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(content.files.length === 0
      ? {}
      : {
          presentedForm: content.files.map(({ fileId, title, contentType }) => ({
            contentType,
            title,
            url: `files/${fileId}`,
          })),
        }),
  };
}

function observation({ content, subject }: Frame, result: Result, id: string): Observation {
  const { value, unit, low, high, flag, tag } = result;
  const bounds = {
    ...(low === undefined ? {} : { low: quantity(low, unit) }),
    ...(high === undefined ? {} : { high: quantity(high, unit) }),
  };
  return {
    resourceType: 'Observation',
    id,
    ...(tag === undefined ? {} : { meta: tagged(tag) }),
    status: FHIR_STATUS[content.status],
    code: concept(result),
    subject,
    ...(typeof value === 'number' ? { valueQuantity: quantity(value, unit) } : { valueString: value }),
    ...(flag === undefined
      ? {}
      : { interpretation: [{ coding: [{ system: SYSTEMS.interpretation, code: FHIR_FLAG[flag] }] }] }),
    ...(Object.keys(bounds).length === 0 ? {} : { referenceRange: [bounds] }),
    // A text has no place for a unit.
    ...(typeof value === 'string' && unit !== undefined ? { extension: [unitExtension(unit)] } : {}),
  };
}

/** The unit of a value that is a text, such as `<0.01`. */
export const UNIT_EXTENSION = 'urn:tiered-care:unit-of-text';

function unitExtension(valueString: string): { url: string; valueString: string } {
  return { url: UNIT_EXTENSION, valueString };
}

function findings({ content, subject }: Frame, valueString: string): Observation {
  return {
    resourceType: 'Observation',
    id: 'findings',
    status: FHIR_STATUS[content.status],
    code: { coding: [{ system: SYSTEMS.loinc, code: FINDINGS }], text: '检查所见' },
    subject,
    valueString,
  };
}

function encounterOf({ setting }: Content, subject: Reference): FhirResource {
  return {
    resourceType: 'Encounter',
    id: 'encounter',
    status: 'unknown',
    class: { system: SYSTEMS.actCode, code: FHIR_SETTING[setting] },
    ...(setting === 'CHECK_UP' ? { type: [{ text: CHECK_UP }] } : {}),
    subject,
  };
}

function specimenOf(
  { status, specimen, effectiveAt }: Content,
  subject: Reference,
): FhirResource | undefined {
  if (specimen === undefined && status !== 'COLLECTED') return undefined;
  return {
    resourceType: 'Specimen',
    id: 'specimen',
    ...(specimen === undefined ? {} : { type: { text: specimen } }),
    subject,
    ...(status === 'COLLECTED' ? { collection: { collectedDateTime: effectiveAt } } : {}),
  };
}

/** Who asked for it, where they work, and for which department. */
function orderOf({ order }: Content, subject: Reference): FhirResource[] {
  const { institutionId, departmentId, practitionerId } = order;
  if (institutionId === undefined && departmentId === undefined && practitionerId === undefined) return [];
  const known = (system: string, value: string | undefined): Reference | undefined =>
    value === undefined ? undefined : { identifier: { system, value } };
  const practitioner = known(SYSTEMS.practitioner, practitionerId);
  const organization = known(SYSTEMS.institution, institutionId);
  const department = known(SYSTEMS.department, departmentId);
  return [
    {
      resourceType: 'ServiceRequest',
      id: 'order',
      status: 'unknown',
      intent: 'order',
      subject,
      requester: { reference: '#orderer' },
    },
    {
      resourceType: 'PractitionerRole',
      id: 'orderer',
      ...(practitioner === undefined ? {} : { practitioner }),
      ...(organization === undefined ? {} : { organization }),
      ...(department === undefined ? {} : { healthcareService: [department] }),
    },
  ];
}

function subjectOf(system: string, value: string, display: string): Reference {
  return { type: 'Patient', identifier: { system, value }, display };
}

function organisation({ institutionId, name }: Frame['institution']): Reference {
  const identifier: Identifier = { system: SYSTEMS.institution, value: institutionId };
  return { type: 'Organization', identifier, ...(name === undefined ? {} : { display: name }) };
}

function people(name: string | undefined): Reference[] {
  return name === undefined ? [] : [{ type: 'Practitioner', display: name }];
}

/** A LOINC code says so; one of a city's or a hospital's catalogue is known by itself. */
function concept({ code, name }: { readonly code: string; readonly name: string }): CodeableConcept {
  const coding: Coding = {
    ...(/^\d{1,7}-\d$/.test(code) ? { system: SYSTEMS.loinc } : {}),
    code,
    display: name,
  };
  return { coding: [coding], text: name };
}

function quantity(value: number, unit: string | undefined): Quantity {
  if (unit === undefined) return { value };
  const code = ucumOf(unit);
  return { value, unit, ...(code === undefined ? {} : { system: SYSTEMS.ucum, code }) };
}

function tagged(tag: string | undefined): { tag?: Coding[] } {
  return tag === undefined ? {} : { tag: [{ system: SYSTEMS.recognition, code: tag }] };
}
