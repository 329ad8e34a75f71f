import { entity } from '../../shared/data/entity.ts';
import type { AllianceParties, AllianceSwitches } from '../../shared/kernel/alliance.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import type { Decision, Kind, Release, RepeatReason } from './codes.ts';
import type { RUNGS } from './policy.ts';
import type { CriticalStatus, ReportStatus } from './transitions.ts';

/** Who asked for the examination. */
export interface Order {
  readonly institutionId: string;
  readonly departmentId?: string;
  readonly practitionerId?: string;
}

/**
 * The truth about a report: which version is the present one, whose it is, how far it is open. Ids, codes and instants
 * only: what it says stands sealed in its editions.
 */
export interface Report {
  readonly reportId: string;
  /** Who published it, under a number of their own. */
  readonly institutionId: string;
  readonly reportNumber: string;
  readonly kind: Kind;
  readonly status: ReportStatus;
  /** Of the present edition. */
  readonly version: number;
  readonly issuedAt: string;
  readonly effectiveAt: string;
  readonly order: Order;
  readonly release: Release;
  /** Counts every write: each is judged by what was seen. */
  readonly writes: number;
  /** Left out: the city knows nobody of this number and name, and the report waits for them. */
  readonly patientId?: string;
  /** Blind number under which it waits. */
  readonly waitsUnder?: string;
  /** A clock was started. */
  readonly critical?: true;
  readonly keepUntil: Day;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

/** One version as it was published, for ever. */
export interface Edition {
  readonly version: number;
  readonly status: ReportStatus;
  readonly receivedAt: string;
  /** Account that published it. */
  readonly by: string;
  /** The publication, sealed. */
  readonly sealed: string;
}

/** A line of a patient's list: what can be said of a report without opening it. */
export interface Summary
  extends Pick<
    Report,
    'reportId' | 'kind' | 'status' | 'institutionId' | 'issuedAt' | 'effectiveAt' | 'order' | 'release'
  > {
  /** Title, and whether a value is outside its band. */
  readonly sealed: string;
  readonly lookupPk: string;
  readonly lookupSk: string;
}

/** Figures and codes of a report's present version, for trends and for recognition. There while it is visible. */
export interface Facts
  extends Pick<
    Report,
    'reportId' | 'kind' | 'status' | 'institutionId' | 'effectiveAt' | 'order' | 'release'
  > {
  readonly sealed: string;
}

/** A report that waits for its patient. */
export interface Waiting {
  readonly reportId: string;
}

/** Clock of a critical value. One a report, ever. */
export interface Critical {
  readonly reportId: string;
  readonly reportNumber: string;
  readonly order: Order;
  readonly status: CriticalStatus;
  readonly notifiedAt: string;
  /** Rungs of the ladder that were climbed, because nobody answered. */
  readonly escalations: number;
  readonly to: 'ORDERING_DOCTOR' | (typeof RUNGS)[number];
  /** Times that a version said otherwise who ordered it. */
  readonly turns?: number;
  readonly acknowledgedAt?: string;
  readonly acknowledgedBy?: string;
  readonly resolvedAt?: string;
  readonly resolvedBy?: string;
  /** What was done, sealed. */
  readonly measure?: string;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

/** What a resident has said about who may read; by kind, or `INSTITUTION:<id>`. */
export interface Consents {
  readonly rules: Readonly<Record<string, { readonly granted: boolean; readonly until?: Day }>>;
}

/** What became of an examination that a doctor asked for. */
export interface Examination {
  readonly decision: Decision;
  /** Sealed: what was asked for. */
  readonly code: string;
  readonly patientId: string;
  readonly recognises?: string;
  readonly repeatReason?: RepeatReason;
  readonly by: string;
  readonly at: string;
}

/** An institution's month: how often an equal result was used, and how often it was examined again all the same. */
export interface RecognitionCount {
  readonly month: string;
  readonly recognised: number;
  readonly repeated: number;
  /** `reason:<CODE>`. */
  readonly [count: string]: number | string;
}

export interface AllianceCopy extends AllianceParties, AllianceSwitches {
  readonly allianceId: string;
  readonly active: boolean;
  readonly version: number;
}

export interface InstitutionCopy {
  readonly institutionId: string;
  readonly name: string;
  readonly active: boolean;
  readonly version: number;
}

export interface PractitionerCopy {
  readonly practitionerId: string;
  readonly title: 'resident' | 'attending' | 'associate-chief' | 'chief';
  readonly sites: readonly { readonly institutionId: string; readonly departmentId: string }[];
  readonly active: boolean;
  readonly version: number;
}

const CONTEXT = 'report';
const ofReport = (reportId: string): string => `${CONTEXT}#report#${reportId}`;
export const ofPatient = (patientId: string): string => `${CONTEXT}#patient#${patientId}`;
/** Of the index `lookup`: a patient's reports of one kind. */
export const ofKind = (patientId: string, kind: Kind): string => `${CONTEXT}#patient#${patientId}#${kind}`;
export const factsOf = (patientId: string): string => `${CONTEXT}#facts#${patientId}`;
export const waitingFor = (blind: string): string => `${CONTEXT}#waiting#${blind}`;
/** Of the index `lookup`: what an institution published and nobody in the city is known for. */
export const unmatchedOf = (institutionId: string): string => `${CONTEXT}#unmatched#${institutionId}`;
/** Of the index `lookup`: critical values an institution has still to answer for. */
export const criticalOf = (institutionId: string): string => `${CONTEXT}#critical#${institutionId}`;

/** Sorts after the editions: read backwards, a report comes first and its newest edition next. */
export const reports = entity<string, Report>(CONTEXT, 'report', (reportId) => ({
  pk: ofReport(reportId),
  sk: 'head',
}));

export const editions = entity<{ readonly reportId: string; readonly version: number }, Edition>(
  CONTEXT,
  'edition',
  ({ reportId, version }) => ({ pk: ofReport(reportId), sk: `edition#${String(version).padStart(16, '0')}` }),
);

/** Sorts before the editions, so that it is not in the way. */
export const criticals = entity<string, Critical>(CONTEXT, 'critical value', (reportId) => ({
  pk: ofReport(reportId),
  sk: 'critical',
}));

type InTime = Pick<Report, 'reportId' | 'effectiveAt'> & { readonly patientId: string };

export const summaries = entity<InTime, Summary>(
  CONTEXT,
  'summary',
  ({ patientId, effectiveAt, reportId }) => ({
    pk: ofPatient(patientId),
    sk: `list#${effectiveAt}#${reportId}`,
  }),
);

export const facts = entity<InTime, Facts>(CONTEXT, 'facts', ({ patientId, effectiveAt, reportId }) => ({
  pk: factsOf(patientId),
  sk: `${effectiveAt}#${reportId}`,
}));

export const waiting = entity<{ readonly blind: string; readonly reportId: string }, Waiting>(
  CONTEXT,
  'waiting report',
  ({ blind, reportId }) => ({ pk: waitingFor(blind), sk: reportId }),
);

export const consents = entity<string, Consents>(CONTEXT, 'consents', (patientId) => ({
  pk: ofPatient(patientId),
  sk: 'consents',
}));

export const examinations = entity<
  { readonly institutionId: string; readonly requestKey: string },
  Examination
>(CONTEXT, 'examination', ({ institutionId, requestKey }) => ({
  pk: `${CONTEXT}#examinations#${institutionId}`,
  sk: requestKey,
}));

export const counts = entity<{ readonly institutionId: string; readonly month: string }, RecognitionCount>(
  CONTEXT,
  'recognition count',
  ({ institutionId, month }) => ({ pk: `${CONTEXT}#counts#${institutionId}`, sk: month }),
);

/** All of a city's stand together: there are a few dozen, and a check asks for those of two institutions. */
export const ALLIANCES = `${CONTEXT}#alliances`;

export const alliances = entity<string, AllianceCopy>(CONTEXT, 'alliance copy', (allianceId) => ({
  pk: ALLIANCES,
  sk: allianceId,
}));

export const institutions = entity<string, InstitutionCopy>(CONTEXT, 'institution copy', (institutionId) => ({
  pk: `${CONTEXT}#institution#${institutionId}`,
  sk: 'copy',
}));

export const practitioners = entity<string, PractitionerCopy>(
  CONTEXT,
  'practitioner copy',
  (practitionerId) => ({ pk: `${CONTEXT}#practitioner#${practitionerId}`, sk: 'copy' }),
);

/** The report of an item whose timer is due. */
export function reportOf({ pk }: { readonly pk: string }): string {
  return pk.slice(ofReport('').length);
}
