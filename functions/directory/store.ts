import type * as z from 'zod/mini';
import { INSTITUTION_PREFIX } from '../../shared/access/institution-tree.ts';
import { entity } from '../../shared/data/entity.ts';
import type { Condition, Key, TransactOperation } from '../../shared/data/table.ts';
import type { InstitutionLevel } from '../../shared/kernel/institution-level.ts';
import type { careTeamFacts, departmentFacts, institutionFacts, practitionerFacts } from './contracts.ts';
import type { AllianceFacts, Tally, Title } from './rules.ts';

export type InstitutionFacts = z.output<typeof institutionFacts>;
export type DepartmentFacts = z.output<typeof departmentFacts>;
export type PractitionerFacts = z.output<typeof practitionerFacts>;
export type CareTeamFacts = z.output<typeof careTeamFacts>;

/** Present in every record that people change: a change names the version it was made from. */
interface Kept {
  readonly active: boolean;
  readonly version: number;
}

export interface Institution extends InstitutionFacts, Kept {
  readonly institutionId: string;
  /** Missing only at the root. */
  readonly parentId?: string;
}

/** The shared view that the access rules of every context read (`shared/access/institution-tree.ts`). */
export interface InstitutionPlace {
  readonly institutionId: string;
  readonly parentId?: string;
  /** Nearest first. */
  readonly ancestors: readonly string[];
  readonly level: InstitutionLevel;
  readonly active: boolean;
}

/** One line of the city's list: what searching and showing the tree need, 300 bytes. */
export interface ListedInstitution {
  readonly institutionId: string;
  readonly name: string;
  readonly level: InstitutionLevel;
  readonly kind: InstitutionFacts['kind'];
  readonly parentId?: string;
  readonly divisionCode: string;
  readonly location: InstitutionFacts['location'];
  readonly active: boolean;
}

export interface Department extends DepartmentFacts, Kept {
  readonly departmentId: string;
  readonly institutionId: string;
}

export interface Site {
  readonly institutionId: string;
  readonly departmentId: string;
  /** The department's; fixed while doctors work in it. */
  readonly serviceCategory: string;
  /** The institution's county, which is fixed: part of the search keys. */
  readonly county: string;
}

export interface Practitioner extends PractitionerFacts, Kept {
  readonly practitionerId: string;
  /** The first is where the doctor is registered. Never empty. */
  readonly sites: readonly [Site, ...Site[]];
}

/** A doctor at one place, as each search entry carries it. */
export interface Card {
  readonly practitionerId: string;
  readonly name: string;
  readonly title: Title;
  readonly familyDoctor: boolean;
  readonly diseaseTags: readonly string[];
  readonly institutionId: string;
  readonly departmentId: string;
  readonly serviceCategory: string;
  readonly active: boolean;
}

export interface CareTeam extends CareTeamFacts, Kept {
  readonly careTeamId: string;
  readonly institutionId: string;
}

export interface Alliance extends AllianceFacts, Kept {
  readonly allianceId: string;
  readonly leadId: string;
}

const CONTEXT = 'directory';
/** Sorts before every id, so that a query of the list reads the version first: it is never newer than the rows. */
const LIST_VERSION = '#version';
export const CITY_LIST = `${CONTEXT}#city`;
export const ALLIANCES = `${CONTEXT}#alliances`;

const ofInstitution = (institutionId: string) => `${CONTEXT}#institution#${institutionId}`;

export const institutions = entity<string, Institution>(CONTEXT, 'institution', (institutionId) => ({
  pk: ofInstitution(institutionId),
  sk: 'institution',
}));
export const places = entity<string, InstitutionPlace>('institution', 'place', (institutionId) => ({
  pk: `${INSTITUTION_PREFIX}${institutionId}`,
  sk: 'place',
}));
export const listed = entity<string, ListedInstitution>(CONTEXT, 'list row', (institutionId) => ({
  pk: CITY_LIST,
  sk: institutionId,
}));
export const listVersion = entity<'list', { readonly version: number }>(CONTEXT, 'list version', () => ({
  pk: CITY_LIST,
  sk: LIST_VERSION,
}));

export interface DepartmentId {
  readonly institutionId: string;
  readonly departmentId: string;
}
export const departments = entity<DepartmentId, Department>(
  CONTEXT,
  'department',
  ({ institutionId, departmentId }) => ({
    pk: ofInstitution(institutionId),
    sk: `department#${departmentId}`,
  }),
);
export function departmentsOf(institutionId: string) {
  return { pk: ofInstitution(institutionId), sk: { beginsWith: 'department#' } };
}

export const practitioners = entity<string, Practitioner>(CONTEXT, 'practitioner', (practitionerId) => ({
  pk: `${CONTEXT}#practitioner#${practitionerId}`,
  sk: 'practitioner',
}));
/** A practitioner's card under one of its search keys (`search-entries.ts`). */
export const entries = entity<Key, Card>(CONTEXT, 'search entry', (key) => key);

export interface CareTeamId {
  readonly institutionId: string;
  readonly careTeamId: string;
}
export const careTeams = entity<CareTeamId, CareTeam>(
  CONTEXT,
  'care team',
  ({ institutionId, careTeamId }) => ({ pk: ofInstitution(institutionId), sk: `care-team#${careTeamId}` }),
);
export function careTeamsOf(institutionId: string) {
  return { pk: ofInstitution(institutionId), sk: { beginsWith: 'care-team#' } };
}
/** A care team under a town of its service area. */
export const areaTeams = entity<CareTeamId & { readonly town: string }, CareTeamId>(
  CONTEXT,
  'area entry',
  ({ town, careTeamId }) => ({ pk: areaKey(town), sk: careTeamId }),
);
export function areaKey(town: string): string {
  return `${CONTEXT}#area#${town}`;
}

export const alliances = entity<string, Alliance>(CONTEXT, 'alliance', (allianceId) => ({
  pk: ALLIANCES,
  sk: allianceId,
}));

/** What is counted: in the same transaction as what it counts, so that "still in use" is never a guess. */
export type Counted =
  | { readonly institutionId: string; readonly departmentId?: undefined }
  | DepartmentId
  | { readonly practitionerId: string };

const tallies = entity<Counted, Partial<Record<Tally, number>>>(CONTEXT, 'tally', (counted) => {
  if ('practitionerId' in counted) {
    return { pk: `${CONTEXT}#practitioner#${counted.practitionerId}`, sk: 'tally' };
  }
  const { institutionId, departmentId } = counted;
  return {
    pk: ofInstitution(institutionId),
    sk: departmentId === undefined ? 'tally' : `tally#${departmentId}`,
  };
});

export function count(counted: Counted, tally: Tally, by: number): TransactOperation {
  return tallies.updateOperation(counted, { add: { [tally]: by } });
}

/** Nothing active hangs on it. A count that is missing is 0, as is the whole item. */
export function unused(counted: Counted, over: readonly Tally[]): TransactOperation {
  const inUse: readonly Condition[] = over.map((tally) => ({ [tally]: { gt: 0 } }));
  return tallies.checkOperation(counted, { $not: { $any: inUse } });
}
