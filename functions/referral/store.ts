import { entity } from '../../shared/data/entity.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Table } from '../../shared/data/table.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import type { InstitutionLevel } from '../../shared/kernel/institution-level.ts';
import type { Direction, EndReason, Urgency } from './codes.ts';
import type { ReferralStatus, Stop } from './transitions.ts';

export interface Standing {
  readonly intervalDays: number;
  readonly count: number;
  readonly until: Day;
}

/** A number that booking keeps for the referral. */
export interface ReservedNumber {
  readonly appointmentId: string;
  readonly institutionId: string;
  readonly day: Day;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly heldUntil: string;
  readonly feeFen: number;
}

export interface TimelineEntry {
  readonly at: string;
  readonly status: ReferralStatus;
  /** Whose step it is, or was. */
  readonly institutionId?: string;
  readonly reason?: string;
  readonly round?: number;
}

/** The truth about a referral. Ids and codes only: what a doctor wrote stands sealed beside it (`Sealed`). */
export interface Referral {
  readonly referralId: string;
  readonly patientId: string;
  readonly direction: Direction;
  readonly urgency: Urgency;
  readonly status: ReferralStatus;
  /** Counts its steps: a token, a reminder and a time-out are of one turn only. */
  readonly turn: number;
  readonly fromInstitutionId: string;
  readonly applicant: { readonly accountId: string; readonly practitionerId: string };
  readonly toInstitutionId: string;
  readonly toDepartmentId: string;
  readonly toPractitionerId?: string;
  /** Service category of the receiving department (诊疗科目). */
  readonly specialty: string;
  readonly criteria: readonly string[];
  readonly insideCombination: boolean;
  readonly outOfArea: boolean;
  /** Institutions that review, fixed when it was submitted: a later move in the tree changes nothing. */
  readonly gates: readonly string[];
  readonly gateIndex: number;
  /** Every institution it was offered to, the present one last. */
  readonly receivers: readonly string[];
  readonly returnedFrom?: 'GATE_REVIEW' | 'OFFERED';
  /** Visits of a standing referral, from 1. */
  readonly round: number;
  readonly standing?: Standing;
  /** The day from which the next return is sought. */
  readonly notBefore?: Day;
  /** Attempts to reserve: each has a name of its own. */
  readonly takes: number;
  readonly number?: ReservedNumber;
  /** What booking said of a number before the referral knew it, by appointment. */
  readonly heard: Readonly<Record<string, string>>;
  readonly arrangement?: 'NUMBER' | 'WARD' | 'DIRECT';
  readonly expectedOn?: Day;
  readonly escalated: boolean;
  /** When the present step ends by itself. */
  readonly waitUntil?: string;
  /** Sealed token of the state that waits, where it waits, and the turn it waits in. */
  readonly token?: { readonly turn: number; readonly at: Stop; readonly sealed: string };
  readonly submittedAt: string;
  readonly acceptedAt?: string;
  readonly endedAt?: string;
  readonly endedReason?: EndReason;
  /** A number was sought and it is not known yet that none is left: the machine, or a timer, sees to it. */
  readonly owesRelease: boolean;
  readonly undoes: number;
  readonly follows?: string;
  readonly timeline: readonly TimelineEntry[];
  /** Of the request that wrote last: a repeat is answered as it was. */
  readonly requestKey: string;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

export interface ReferralId {
  readonly patientId: string;
  readonly referralId: string;
}

/** What a doctor wrote, sealed. */
export interface Sealed {
  readonly sealed: string;
  readonly at: string;
}

/** Which parts of a referral are sealed, a neighbour item each; a summary for each visit. */
export type Part = 'application' | 'supplement' | 'first-visit' | 'remark' | `summary-${number}`;

export interface SpecialtyLock {
  readonly referralId: string;
  readonly requestKey: string;
}

export interface InstitutionCopy {
  readonly institutionId: string;
  readonly name: string;
  readonly level: InstitutionLevel;
  readonly divisionCode: string;
  readonly active: boolean;
  readonly version: number;
}

export interface DepartmentCopy {
  readonly departmentId: string;
  readonly institutionId: string;
  readonly name: string;
  readonly serviceCategory: string;
  readonly active: boolean;
  readonly version: number;
}

export interface PractitionerCopy {
  readonly practitionerId: string;
  readonly name: string;
  readonly title: 'chief' | 'associate-chief' | 'attending' | 'resident';
  readonly sites: readonly { readonly institutionId: string; readonly departmentId: string }[];
  readonly active: boolean;
  readonly version: number;
}

export interface AllianceCopy {
  readonly allianceId: string;
  readonly leadId: string;
  readonly members: readonly {
    readonly institutionId: string;
    readonly joinedOn: Day;
    readonly leftOn?: Day | undefined;
  }[];
  readonly active: boolean;
  readonly version: number;
}

/** Where an institution stands: directory's shared view, as `shared/access/institution-tree.ts` reads it too. */
export interface InstitutionPlace {
  readonly institutionId: string;
  readonly ancestors: readonly string[];
  readonly level: InstitutionLevel;
  readonly active: boolean;
}

/** One application in its institution's list of what it has sent. */
export interface SentEntry {
  readonly patientId: string;
  readonly referralId: string;
}

export interface MonthCount {
  readonly month: string;
  readonly up: number;
  readonly down: number;
}

const CONTEXT = 'referral';
const ofPatient = (patientId: string): string => `${CONTEXT}#patient#${patientId}`;
const ofInstitution = (institutionId: string): string => `${CONTEXT}#institution#${institutionId}`;

export const referrals = entity<ReferralId, Referral>(CONTEXT, 'referral', ({ patientId, referralId }) => ({
  pk: ofPatient(patientId),
  sk: `referral#${referralId}`,
}));

export const sealedParts = entity<ReferralId & { readonly part: Part }, Sealed>(
  CONTEXT,
  'sealed part',
  ({ patientId, referralId, part }) => ({ pk: ofPatient(patientId), sk: `part#${referralId}#${part}` }),
);

/** One open referral a patient and specialty: the lock holds while the referral it names is open. */
export const locks = entity<{ readonly patientId: string; readonly specialty: string }, SpecialtyLock>(
  CONTEXT,
  'lock',
  ({ patientId, specialty }) => ({ pk: ofPatient(patientId), sk: `open#${specialty}` }),
);

export const sent = entity<
  { readonly institutionId: string; readonly at: string; readonly referralId: string },
  SentEntry
>(CONTEXT, 'sent entry', ({ institutionId, at, referralId }) => ({
  pk: ofInstitution(institutionId),
  sk: `sent#${at}#${referralId}`,
}));

/** Of an institution, by month and the side it was on. */
export const counts = entity<
  { readonly institutionId: string; readonly side: 'sent' | 'received'; readonly month: string },
  MonthCount
>(CONTEXT, 'count', ({ institutionId, side, month }) => ({
  pk: ofInstitution(institutionId),
  sk: `count#${side}#${month}`,
}));

/** A referral that was counted: an event that comes twice counts once. */
export const counted = entity<ReferralId, { readonly at: string }>(
  CONTEXT,
  'counted mark',
  ({ patientId, referralId }) => ({ pk: ofPatient(patientId), sk: `counted#${referralId}` }),
);

export const institutions = entity<string, InstitutionCopy>(CONTEXT, 'institution copy', (institutionId) => ({
  pk: ofInstitution(institutionId),
  sk: 'copy',
}));

export const departments = entity<
  { readonly institutionId: string; readonly departmentId: string },
  DepartmentCopy
>(CONTEXT, 'department copy', ({ institutionId, departmentId }) => ({
  pk: ofInstitution(institutionId),
  sk: `department#${departmentId}`,
}));

export const practitioners = entity<string, PractitionerCopy>(
  CONTEXT,
  'practitioner copy',
  (practitionerId) => ({
    pk: `${CONTEXT}#practitioner#${practitionerId}`,
    sk: 'copy',
  }),
);

export const ALLIANCES = `${CONTEXT}#alliances`;
export const alliances = entity<string, AllianceCopy>(CONTEXT, 'alliance copy', (allianceId) => ({
  pk: ALLIANCES,
  sk: allianceId,
}));

export const places = entity<string, InstitutionPlace>('institution', 'place', (institutionId) => ({
  pk: `institution#${institutionId}`,
  sk: 'place',
}));

/** The referral of an item whose timer is due. */
export function idOf({ pk, sk }: { readonly pk: string; readonly sk: string }): ReferralId {
  return { patientId: pk.slice(ofPatient('').length), referralId: sk.slice('referral#'.length) };
}

/** All referrals of a patient, as they stand. A life has a few dozen. */
export async function referralsOf(table: Table, patientId: string): Promise<readonly Referral[]> {
  return everyPage(table, referrals, {
    pk: ofPatient(patientId),
    sk: { beginsWith: 'referral#' },
    consistent: true,
  });
}

/** Name of the present attempt to reserve: booking finds its own by it. */
export function reservationIdOf({ referralId, takes }: Pick<Referral, 'referralId' | 'takes'>): string {
  return `${referralId}-${takes}`;
}
