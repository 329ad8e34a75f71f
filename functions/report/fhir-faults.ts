import type { OperationOutcome } from 'fhir/r4.js';
import { faultsOf } from '../../shared/http/field-faults.ts';
import type { FieldFault } from '../../shared/kernel/errors.ts';

type Issues = Parameters<typeof faultsOf>[1];

/** Faults of a resource, each under its FHIRPath: `DiagnosticReport.result[3].resolve().valueQuantity.value`. */
export function fhirFaults(root: string, issues: Issues): readonly FieldFault[] {
  return faultsOf('body', issues).map((fault) => ({ ...fault, path: `${root}${expression(fault.path)}` }));
}

function expression(path: string): string {
  const parts = path.split('.').filter(Boolean);
  return parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
}

/** Where the parts of our contract stand in a DiagnosticReport; of results and files, below their own place. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^reportNumber/, 'identifier.value'],
  [/^version/, 'meta.versionId'],
  [/^patient\.idNumber/, 'subject.identifier.value'],
  [/^patient/, 'subject.display'],
  [/^order/, 'basedOn.resolve().requester'],
  [/^category/, 'meta.security'],
  [/^kind/, 'category'],
  [/^issuedAt/, 'issued'],
  [/^effectiveAt/, 'effective'],
  [/^examination/, 'code'],
  [/^setting/, 'encounter.resolve().class'],
  [/^specimen/, 'specimen.resolve().type'],
  [/^reportedBy/, 'resultsInterpreter.display'],
  [/^reviewedBy/, 'performer.display'],
  [/^tag/, 'meta.tag'],
];
const OF_RESULT: Readonly<Record<string, string>> = {
  code: 'code.coding.code',
  name: 'code.text',
  value: 'value',
  unit: 'value.unit',
  low: 'referenceRange.low.value',
  high: 'referenceRange.high.value',
  flag: 'interpretation',
  tag: 'meta.tag',
};
const OF_FILE: Readonly<Record<string, string>> = {
  fileId: 'url',
  title: 'title',
  contentType: 'contentType',
};

/** Faults of what was read, under the places it was read from. `results`: the places of its values. */
export function contractFaults(issues: Issues, results: readonly string[]): readonly FieldFault[] {
  return faultsOf('body', issues).map((fault) => ({ ...fault, path: placeOf(fault.path, results) }));
}

function placeOf(path: string, results: readonly string[]): string {
  const [whole, list, index, field = ''] = /^(results|files)\.(\d+)\.?(\w*)/.exec(path) ?? [];
  if (whole === undefined) {
    const place = PLACES.find(([pattern]) => pattern.test(path))?.[1] ?? path;
    return `DiagnosticReport.${place}`;
  }
  if (list === 'files') return `DiagnosticReport.presentedForm[${index}].${OF_FILE[field] ?? field}`;
  return `${results[Number(index)] ?? 'DiagnosticReport.result'}.${OF_RESULT[field] ?? field}`;
}

/** The faults as FHIR tells them. */
export function operationOutcome(faults: readonly FieldFault[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: faults.map(({ path, code, message }) => ({
      severity: 'error',
      code: code === 'not_found' ? 'not-found' : 'invalid',
      details: { text: message },
      expression: [path],
    })),
  };
}
