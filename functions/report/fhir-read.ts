import { instantAt, isDay } from '../../shared/kernel/china-time.ts';
import type { FieldFault } from '../../shared/kernel/errors.ts';
import { CHECK_UP, FINDINGS, KIND_OF, SENSITIVITY_OF, SETTING_OF, STATUS_OF, SYSTEMS } from './fhir-codes.ts';
import { contractFaults, fhirFaults } from './fhir-faults.ts';
import { type Neighbour, type Resolve, resolved, resolver } from './fhir-references.ts';
import {
  bundleShape,
  encounterShape,
  type FhirReference,
  observationShape,
  ordererShape,
  orderShape,
  patientShape,
  type ReadReport,
  reportShape,
  specimenShape,
} from './fhir-shapes.ts';
import { codeOf, hasValue, resultOf, tagOf } from './fhir-values.ts';
import { type Publication, publication } from './publish-contracts.ts';

/** One DiagnosticReport, read: a publication as every other, or what is wrong with it and where. */
export type FhirRow =
  | { readonly publication: Publication; readonly faults?: undefined }
  | { readonly faults: readonly FieldFault[] };

/** The DiagnosticReports of a body, which is one of them or a Bundle; each is judged by itself. */
export function readFhir(body: unknown): readonly FhirRow[] {
  const bundle = bundleShape.safeParse(body).data;
  if (bundle === undefined) return [readReport(body, [])];
  const reports = bundle.entry.filter(({ resource }) => isReport(resource));
  if (reports.length === 0)
    return [{ faults: [fault('Bundle.entry', 'not_found', '其中没有 DiagnosticReport')] }];
  return reports.map(({ resource }) => readReport(resource, bundle.entry));
}

function isReport(resource: unknown): boolean {
  return (
    typeof resource === 'object' &&
    resource !== null &&
    'resourceType' in resource &&
    resource.resourceType === 'DiagnosticReport'
  );
}

function readReport(resource: unknown, neighbours: readonly Neighbour[]): FhirRow {
  const parsed = reportShape.safeParse(resource);
  if (!parsed.success) return { faults: fhirFaults('DiagnosticReport', parsed.error.issues) };
  const report = parsed.data;
  const resolve = resolver(report.contained ?? [], neighbours);
  const values = readResults(report, resolve);
  if (values.faults.length > 0) return { faults: values.faults };
  const candidate = publication.safeParse(candidateOf(report, resolve, values));
  if (candidate.success) return { publication: candidate.data };
  return { faults: contractFaults(candidate.error.issues, values.places) };
}

interface Values {
  readonly results: object[];
  /** FHIRPath of each. */
  readonly places: string[];
  readonly faults: FieldFault[];
  findings?: string | undefined;
}

/** What an observation says that was taken back, while its report stands: nothing. */
const TAKEN_BACK: readonly string[] = ['cancelled', 'entered-in-error'];

/** Panels of panels: far more than any laboratory nests. */
const DEEPEST = 20;

/** A panel without a value of its own stands for its members. */
function readResults({ status, result = [] }: ReadReport, resolve: Resolve): Values {
  const isTakenBack = TAKEN_BACK.includes(status);
  const values: Values = { results: [], places: [], faults: [] };
  const seen = new Set<unknown>();
  function read(reference: FhirReference, path: string, depth = 0): void {
    const resource = resolve(reference);
    if (resource === undefined || seen.has(resource) || depth > DEEPEST) {
      values.faults.push(
        fault(`${path}.reference`, 'not_found', '所引用的 Observation 不在其中，被引用了两次，或层级过深'),
      );
      return;
    }
    seen.add(resource);
    const place = `${path}.resolve()`;
    const parsed = observationShape.safeParse(resource);
    if (!parsed.success) {
      values.faults.push(...fhirFaults(place, parsed.error.issues));
      return;
    }
    const { code, valueString, hasMember = [] } = parsed.data;
    if (!isTakenBack && TAKEN_BACK.includes(parsed.data.status)) return;
    if (code.coding?.some((one) => one.system === SYSTEMS.loinc && one.code === FINDINGS)) {
      values.findings = valueString;
    } else if (!hasValue(parsed.data) && hasMember.length > 0) {
      hasMember.forEach((member, index) => {
        read(member, `${place}.hasMember[${index}]`, depth + 1);
      });
    } else {
      values.results.push(resultOf(parsed.data));
      values.places.push(place);
    }
  }
  result.forEach((reference, index) => {
    read(reference, `DiagnosticReport.result[${index}]`);
  });
  return values;
}

/** Not yet a publication: what is missing stays missing, for the contract to name. */
function candidateOf(report: ReadReport, resolve: Resolve, { results, findings }: Values): object {
  const { meta, category, issued, effectiveDateTime, effectivePeriod, conclusion } = report;
  const { performer = [], resultsInterpreter = [], presentedForm = [] } = report;
  const specimen = resolved(resolve, report.specimen?.[0], specimenShape);
  const effective = effectiveDateTime ?? effectivePeriod?.end ?? effectivePeriod?.start;
  const collected = specimen?.collection?.collectedDateTime !== undefined;
  const status = STATUS_OF.get(report.status);
  const setting = settingOf(report, resolve);
  const sensitive = meta?.security?.map(({ code = '' }) => SENSITIVITY_OF.get(code)).find(Boolean);
  const reviewer = performer.find(
    ({ type, identifier }) => type === 'Practitioner' || identifier === undefined,
  );
  const specimenName = specimen?.type === undefined ? undefined : codeOf(specimen.type).name;
  return defined({
    reportNumber: numberOf(report),
    version: /^\d{1,7}$/.test(meta?.versionId ?? '') ? Number(meta?.versionId) : undefined,
    patient: patientOf(report, resolve),
    order: orderOf(report, resolve),
    category: sensitive,
    kind: category
      .flatMap(({ coding = [] }) => coding)
      .map(({ code = '' }) => KIND_OF.get(code))
      .find(Boolean),
    status: status === 'ORDERED' && collected ? 'COLLECTED' : status,
    issuedAt: utc(issued),
    effectiveAt: effective === undefined ? undefined : utc(effective),
    examination: codeOf(report.code),
    setting,
    specimen: specimenName,
    results,
    findings,
    conclusion,
    reportedBy: resultsInterpreter[0]?.display,
    reviewedBy: reviewer?.display,
    files: presentedForm.map(({ contentType, title, url = '' }) =>
      defined({ fileId: /(?:^|\/)files\/([\w-]+)$/.exec(url)?.[1], title, contentType }),
    ),
    ...tagOf(meta),
  });
}

/** The number of the report's form before any other that its sender has for it. */
function numberOf({ identifier }: ReadReport): string | undefined {
  const ours: readonly (string | undefined)[] = [SYSTEMS.laboratoryReport, SYSTEMS.examinationReport];
  return (identifier.find(({ system }) => ours.includes(system)) ?? identifier[0])?.value;
}

function patientOf({ subject }: ReadReport, resolve: Resolve): object {
  const patient = resolved(resolve, subject, patientShape);
  const identifiers = [
    ...(subject.identifier === undefined ? [] : [subject.identifier]),
    ...(patient?.identifier ?? []),
  ];
  const card = identifiers.find(({ system }) => system === SYSTEMS.idNumber) ?? identifiers[0];
  const [name] = patient?.name ?? [];
  const spelled =
    name?.text ?? ([name?.family, ...(name?.given ?? [])].filter(Boolean).join('') || undefined);
  return defined({ name: subject.display ?? spelled, idNumber: card?.value });
}

function orderOf({ basedOn }: ReadReport, resolve: Resolve): object {
  const order = resolved(resolve, basedOn?.[0], orderShape);
  const role = resolved(resolve, order?.requester, ordererShape);
  return defined({
    institutionId: role?.organization?.identifier?.value,
    departmentId: role?.healthcareService?.[0]?.identifier?.value,
    practitionerId: role?.practitioner?.identifier?.value,
  });
}

function settingOf({ encounter }: ReadReport, resolve: Resolve): string | undefined {
  const read = resolved(resolve, encounter, encounterShape);
  const checkUp = read?.type?.some(({ text }) => text === CHECK_UP) ?? false;
  return checkUp ? 'CHECK_UP' : SETTING_OF.get(read?.class.code ?? '');
}

/** A day begins in China. */
function utc(time: string): string {
  return isDay(time) ? instantAt(time, '00:00') : new Date(time).toISOString();
}

/** Without what is undefined: a contract that is strict about names is strict about those too. */
function defined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function fault(path: string, code: string, message: string): FieldFault {
  return { in: 'body', path, code, message };
}
