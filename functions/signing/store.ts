import type { Charge } from '../../shared/charges/charge.ts';
import { entity } from '../../shared/data/entity.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import type { InstitutionLevel } from '../../shared/kernel/institution-level.ts';
import type { Channel, EndReason, Group } from './codes.ts';
import type { SigningStatus, Stop } from './transitions.ts';

/** What a term costs the resident, and why. */
export interface Quote {
  readonly grossFen: number;
  readonly subsidyFen: number;
  readonly waivedFen: number;
  readonly dueFen: number;
  /** In the order in which they fall due; none where nothing is due. */
  readonly instalmentsFen: readonly number[];
}

export type AgreementKind = 'SERVICE' | 'RENEWAL' | 'TERMINATION';

/** How somebody signed. WITNESSED: by hand, before a village doctor's device; PAPER: on a form that is on file. */
export type SignatureMethod = 'IN_APP' | 'WITNESSED' | 'PAPER';

export interface Signature {
  /** Account. */
  readonly by: string;
  readonly at: string;
  readonly method: SignatureMethod;
  /** SHA-256 of the picture of a signature made by hand. */
  readonly evidenceSha256?: string;
}

/** What both sign. Its text stands sealed beside it (`AgreementText`); here is what proves it. */
export interface Agreement {
  readonly number: number;
  readonly kind: AgreementKind;
  readonly templateVersion: string;
  /** Of the text, UTF-8. */
  readonly sha256: string;
  readonly madeAt: string;
  readonly resident?: Signature;
  readonly team?: Signature;
}

/** Captured at the resident's door, perhaps without a network: signed before the team has reviewed. */
export interface Captured {
  readonly captureId: string;
  readonly capturedAt: string;
  readonly templateVersion: string;
  readonly evidenceSha256: string;
  readonly witness: string;
}

export interface Terminating {
  readonly by: 'RESIDENT' | 'TEAM';
  readonly reason: string;
  readonly back: 'ACTIVE' | 'SUSPENDED';
}

/** What a renewal offers, and once it is concluded the term to come. */
export interface NextTerm {
  readonly packageIds: readonly string[];
  readonly quote: Quote;
  readonly entitlements: Signing['entitlements'];
  readonly instalmentsPaid: number;
  readonly term: Term;
}

/** Both days included. */
export interface Term {
  readonly from: Day;
  readonly until: Day;
}

/** The truth about a contract. Ids and codes only. */
export interface Signing {
  readonly signingId: string;
  readonly patientId: string;
  readonly careTeamId: string;
  /** The team's: the first of 1+1+1. */
  readonly institutionId: string;
  readonly districtId?: string;
  readonly municipalId?: string;
  readonly channel: Channel;
  readonly status: SigningStatus;
  /** Counts every write. */
  readonly version: number;
  /** Counts its steps: a token and a time-out are of one turn only. */
  readonly turn: number;
  /** Terms, from 1. */
  readonly round: number;
  /** Executions begun: each has a name of its own. */
  readonly runs: number;
  /** Besides the basic ones. */
  readonly packageIds: readonly string[];
  readonly quote: Quote;
  /** By item. */
  readonly entitlements: Readonly<Record<string, { readonly total: number; readonly left: number }>>;
  readonly term?: Term;
  readonly next?: NextTerm;
  /** False: the team takes nobody on any more, so no renewal was offered. */
  readonly renewable?: false;
  /** The one that waits for signatures, or the last one signed. */
  readonly agreement?: Agreement;
  readonly captured?: Captured;
  readonly charge?: Charge;
  /** An instalment may be paid at any time; from here on it suspends the contract that it is not. */
  readonly graceUntil?: string;
  /** Of this round. */
  readonly instalmentsPaid: number;
  readonly terminating?: Terminating;
  /** The contract that this one takes the place of. */
  readonly replaces?: string;
  /** Practitioners who stand in the relation SIGNED by this contract. */
  readonly staff: readonly string[];
  /** When the present step ends by itself. */
  readonly waitUntil?: string;
  /** Reminders sent in the present step. */
  readonly reminded: number;
  /** Sealed token of the state that waits, where, and in which turn. */
  readonly token?: { readonly turn: number; readonly at: Stop; readonly sealed: string };
  readonly appliedAt: string;
  readonly activatedAt?: string;
  readonly endedAt?: string;
  readonly endedReason?: EndReason;
  readonly history: readonly { readonly at: string; readonly status: SigningStatus }[];
  /** Of the request that wrote last: a repeat is answered as it was. */
  readonly requestKey: string;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
  readonly chargePayer?: string;
  readonly chargeAt?: string;
}

export interface SigningId {
  readonly patientId: string;
  readonly signingId: string;
}

/** Rule S1: whom a resident is signed with, and whom they have applied to. Judged and changed under its version. */
export interface Resident {
  readonly patientId: string;
  readonly version: number;
  /** Where they live: village (12 digits) or town (9). */
  readonly divisionCode?: string;
  /** 建档. */
  readonly record?: { readonly institutionId: string; readonly openedOn: Day };
  readonly groups: readonly Group[];
  readonly holder?: Seat;
  readonly waiting?: Seat;
  readonly deceased?: boolean;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

export interface Seat {
  readonly signingId: string;
  readonly careTeamId: string;
}

/** Rule S2: a team's places. `free + reserved + signed` is the capacity. */
export interface Team {
  readonly careTeamId: string;
  readonly institutionId: string;
  readonly name: string;
  /** The leader first. */
  readonly doctors: readonly string[];
  readonly serviceArea: readonly string[];
  readonly active: boolean;
  readonly capacity: number;
  /** Below zero where the capacity was cut below what is taken: nobody is put out, nobody comes in. */
  readonly free: number;
  readonly reserved: number;
  readonly signed: number;
  /** Directory's version. */
  readonly version: number;
  /** The signed residents whose doctors have still to be set to those of the team. */
  readonly restaffing?: boolean;
}

/** Residents of one village, counted: the numerators of every rate. */
export interface Tally {
  readonly divisionCode: string;
  readonly records: number;
  readonly signed: number;
  /** `listed:<GROUP>`, `signed:<GROUP>`. */
  readonly [count: string]: number | string;
}

/** People who live there, as a yearbook or census says: the denominators. */
export interface Population {
  readonly divisionCode: string;
  /** 常住人口. */
  readonly residents: number;
  /** Of them those who have lived there for six months. */
  readonly residentsSixMonths: number;
  readonly asOf: Day;
  readonly source: string;
}

export interface InstitutionCopy {
  readonly institutionId: string;
  readonly name: string;
  readonly level: InstitutionLevel;
  readonly divisionCode: string;
  readonly active: boolean;
  readonly version: number;
}

/** One use of an entitlement (履约). */
export interface Use {
  readonly itemId: string;
  readonly at: string;
  readonly by: string;
  readonly institutionId: string;
  readonly round: number;
}

const CONTEXT = 'signing';
export const ofPatient = (patientId: string): string => `${CONTEXT}#patient#${patientId}`;
const ofTeam = (careTeamId: string): string => `${CONTEXT}#team#${careTeamId}`;
export const ofCounty = (divisionCode: string): string => `${CONTEXT}#county#${divisionCode.slice(0, 6)}`;
export const populationsOf = (divisionCode: string): string =>
  `${CONTEXT}#population#${divisionCode.slice(0, 6)}`;
export const teamsOf = (institutionId: string): string => `${CONTEXT}#institution-teams#${institutionId}`;
/** Residents of a town who are in a priority group and not signed (lookup index). */
export const gapOf = (divisionCode: string): string => `${CONTEXT}#gap#${divisionCode.slice(0, 9)}`;

export const signings = entity<SigningId, Signing>(CONTEXT, 'signing', ({ patientId, signingId }) => ({
  pk: ofPatient(patientId),
  sk: `signing#${signingId}`,
}));

export const residents = entity<string, Resident>(CONTEXT, 'resident', (patientId) => ({
  pk: ofPatient(patientId),
  sk: 'resident',
}));

export const agreementTexts = entity<
  SigningId & { readonly number: number },
  { readonly sealed: string; readonly sha256: string }
>(CONTEXT, 'agreement', ({ patientId, signingId, number }) => ({
  pk: ofPatient(patientId),
  sk: `agreement#${signingId}#${String(number).padStart(3, '0')}`,
}));

/** Agreements that were signed by both, as they stood then. */
export const signedAgreements = entity<SigningId & { readonly number: number }, Agreement>(
  CONTEXT,
  'signed agreement',
  ({ patientId, signingId, number }) => ({
    pk: ofPatient(patientId),
    sk: `signed#${signingId}#${String(number).padStart(3, '0')}`,
  }),
);

export const uses = entity<SigningId & { readonly requestKey: string }, Use>(
  CONTEXT,
  'use',
  ({ patientId, signingId, requestKey }) => ({
    pk: ofPatient(patientId),
    sk: `use#${signingId}#${requestKey}`,
  }),
);

export const teams = entity<string, Team>(CONTEXT, 'team', (careTeamId) => ({
  pk: ofTeam(careTeamId),
  sk: 'team',
}));

export const tallies = entity<string, Tally>(CONTEXT, 'tally', (divisionCode) => ({
  pk: ofCounty(divisionCode),
  sk: divisionCode,
}));

export const populations = entity<string, Population>(CONTEXT, 'population', (divisionCode) => ({
  pk: populationsOf(divisionCode),
  sk: divisionCode,
}));

export const institutions = entity<string, InstitutionCopy>(CONTEXT, 'institution copy', (institutionId) => ({
  pk: `${CONTEXT}#institution#${institutionId}`,
  sk: 'copy',
}));

/** The signing of an item whose timer is due. */
export function signingOf({ pk, sk }: { readonly pk: string; readonly sk: string }): SigningId {
  return { patientId: pk.slice(ofPatient('').length), signingId: sk.slice('signing#'.length) };
}

export function teamOf({ pk }: { readonly pk: string }): string {
  return pk.slice(ofTeam('').length);
}
