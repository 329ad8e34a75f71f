import type { Charge } from '../../shared/charges/charge.ts';
import { entity } from '../../shared/data/entity.ts';
import { type Day, type HourMinute, parseDay } from '../../shared/kernel/china-time.ts';
import type { Lane } from './numbers.ts';
import type { Channel, Pool } from './policy.ts';
import type { AppointmentStatus } from './transitions.ts';

export type Half = 'A' | 'P' | 'E';
export type VisitKind = 'general' | 'expert';

/** The truth about a schedule's numbers: see numbers.ts. Under 1 KB for fifty numbers, so nothing descriptive. */
export interface Claim {
  readonly status: 'OPEN' | 'CANCELLED' | 'ENDED';
  /** Free tokens plus holders: constant but for extra numbers (rules I1, I5). */
  readonly capacity: number;
  readonly free: Readonly<Record<Lane, readonly number[]>>;
  /** Patient id → mark (rule I2: one holder a number, one number a patient). */
  readonly holders: Readonly<Record<string, number>>;
  /** Instant of the item's timer, as the table layer keeps it. */
  readonly dueAt?: string;
}

export interface Slot {
  readonly start: HourMinute;
  readonly end: HourMinute;
  readonly capacity: number;
  readonly quota: Readonly<Record<Pool, number>>;
}

/** When something closes for a slot: for all slots at once, or each some minutes before it starts. */
export type Closing = { readonly at: string } | { readonly minutesBeforeSlot: number };

/** What is shown about a schedule; changes rarely. The lookup index lists it under its department by day. */
export interface ScheduleDetail {
  readonly scheduleId: string;
  readonly institutionId: string;
  readonly departmentId: string;
  readonly practitioner: { readonly id: string; readonly name: string; readonly title: string };
  readonly day: Day;
  readonly half: Half;
  readonly visitKind: VisitKind;
  readonly feeFen: number;
  readonly paymentMode: 'ONLINE' | 'ONSITE';
  readonly room?: string;
  readonly slots: readonly Slot[];
  /** Slot index of each number added later (加号), by number. */
  readonly extra: Readonly<Record<string, number>>;
  /** Requests that added a number, by account and key: a repeat adds nothing. */
  readonly extraRequests: Readonly<
    Record<string, { readonly number: number; readonly reason: string; readonly by: string }>
  >;
  readonly cancelledBecause?: string;
  readonly opensAt: Readonly<Record<Pool, string>>;
  /** Instants at which what is left of a pool joins PUBLIC. */
  readonly releasedAt: Readonly<Partial<Record<Pool, string>>>;
  readonly closings: { readonly book: Closing; readonly cancel: Closing };
  readonly endsAt: string;
  /** Of the request that made it: a repeat is answered as the first was. */
  readonly requestKey?: string;
  readonly lookupPk: string;
  readonly lookupSk: string;
}

export interface Appointment {
  readonly appointmentId: string;
  readonly patientId: string;
  readonly scheduleId: string;
  readonly token: number;
  readonly institutionId: string;
  readonly departmentId: string;
  readonly practitionerId: string;
  readonly day: Day;
  readonly half: Half;
  readonly slot: { readonly start: HourMinute; readonly end: HourMinute };
  readonly pool: Pool;
  readonly channel: Channel;
  readonly status: AppointmentStatus;
  /** Of the request that made it: see `requestMark`. */
  readonly request: string;
  readonly bookedBy: string;
  readonly bookedAt: string;
  readonly heldUntil?: string;
  readonly offeredFromWaitlist?: true;
  readonly cancellableUntil: string;
  readonly charge?: Charge;
  readonly overrideReason?: string;
  /** The referral's reservation that it is held for. */
  readonly reservedFor?: string;
  readonly checkedInAt?: string;
  readonly calledAt?: string;
  readonly endedAt?: string;
  readonly endedReason?: string;
  readonly rescheduledTo?: string;
  readonly rescheduledFrom?: string;
}

/** `overrideReason` of a number that a referral reserved. */
export const BY_REFERRAL = 'REFERRAL';

export interface Ban {
  readonly rule: string;
  readonly from: Day;
  /** Last day of the ban. */
  readonly until: Day;
  /** The appointment that brought it, so that it is never imposed twice. */
  readonly cause: string;
}

/** What limits, bans and repeats are judged by: one item a patient, changed under its version (rule I3). */
export interface StoredRecord {
  readonly version: number;
  /** By appointment id, packed: see record-entry.ts. */
  readonly entries: Readonly<Record<string, string>>;
  readonly bans: readonly Ban[];
}

export interface WaitlistEntry {
  readonly scheduleId: string;
  readonly patientId: string;
  readonly status: 'WAITING' | 'OFFERED' | 'LEFT' | 'CLOSED';
  readonly joinedAt: string;
  readonly requestKey: string;
  readonly appointmentId?: string;
}

export interface Template {
  readonly templateId: string;
  readonly institutionId: string;
  readonly practitionerId: string;
  readonly departmentId: string;
  readonly half: Half;
  readonly visitKind: VisitKind;
  readonly feeFen: number;
  readonly paymentMode: 'ONLINE' | 'ONSITE';
  readonly room?: string;
  readonly slots: readonly Slot[];
  readonly weekdays: readonly number[];
  readonly onHolidays: boolean;
  readonly from: Day;
  readonly until?: Day;
  readonly lookupPk: string;
  readonly lookupSk: string;
}

/** Booking's own copy of what directory says of a practitioner; refreshed by events. */
export interface PractitionerCopy {
  readonly practitionerId: string;
  /** Where they practise (多点执业): a schedule is made at one of these. */
  readonly sites: readonly { readonly institutionId: string; readonly departmentId: string }[];
  readonly name: string;
  readonly title: string;
  readonly active: boolean;
  readonly version: number;
}

const CONTEXT = 'booking';

export const claims = entity<string, Claim>(CONTEXT, 'claim', (scheduleId) => ({
  pk: `booking#schedule#${scheduleId}`,
  sk: 'claim',
}));

export const schedules = entity<string, ScheduleDetail>(CONTEXT, 'schedule', (scheduleId) => ({
  pk: `booking#schedule#${scheduleId}`,
  sk: 'detail',
}));

export interface AppointmentId {
  readonly patientId: string;
  readonly appointmentId: string;
}

export const appointments = entity<AppointmentId, Appointment>(
  CONTEXT,
  'appointment',
  ({ patientId, appointmentId }) => ({
    pk: `booking#patient#${patientId}`,
    sk: `appointment#${appointmentId}`,
  }),
  {
    patientId: ({ pk }) => pk.slice('booking#patient#'.length),
    appointmentId: appointmentOf,
    scheduleId: (key) => scheduleOf(appointmentOf(key)),
    token: (key) => Number(appointmentOf(key).slice(scheduleOf(appointmentOf(key)).length + 1)),
    day: (key) => partsOf(scheduleOf(appointmentOf(key))).day,
    half: (key) => partsOf(scheduleOf(appointmentOf(key))).half,
    practitionerId: (key) => partsOf(scheduleOf(appointmentOf(key))).practitionerId,
  },
);

export const records = entity<string, StoredRecord>(CONTEXT, 'record', (patientId) => ({
  pk: `booking#patient#${patientId}`,
  sk: 'record',
}));

export interface WaitlistId {
  readonly scheduleId: string;
  readonly patientId: string;
}

/** One entry a patient and schedule. Few wait for one schedule (policy), so they are read together and ordered by `joinedAt`. */
export const waitlist = entity<WaitlistId, WaitlistEntry>(
  CONTEXT,
  'waitlist',
  ({ scheduleId, patientId }) => ({
    pk: `booking#schedule#${scheduleId}`,
    sk: `waitlist#${patientId}`,
  }),
);

export const templates = entity<{ institutionId: string; templateId: string }, Template>(
  CONTEXT,
  'template',
  ({ institutionId, templateId }) => ({
    pk: `booking#institution#${institutionId}`,
    sk: `template#${templateId}`,
  }),
);

export const practitioners = entity<string, PractitionerCopy>(CONTEXT, 'practitioner', (practitionerId) => ({
  pk: `booking#practitioner#${practitionerId}`,
  sk: 'copy',
}));

/** Lists schedules of a department by day (lookup index). */
export function departmentKey(institutionId: string, departmentId: string): string {
  return `booking#department#${institutionId}#${departmentId}`;
}

export const TEMPLATES_KEY = 'booking#templates';

/** One doctor has one schedule a half-day: the id says so, and putting it twice is refused. */
export function scheduleIdOf(day: Day, half: Half, practitionerId: string): string {
  return `${day.replaceAll('-', '')}${half}-${practitionerId}`;
}

export function appointmentIdOf(scheduleId: string, token: number): string {
  return `${scheduleId}_${token}`;
}

export function scheduleOf(appointmentId: string): string {
  return appointmentId.slice(0, appointmentId.lastIndexOf('_'));
}

/** What a schedule's id says of it. */
export function partsOf(scheduleId: string): {
  readonly day: Day;
  readonly half: Half;
  readonly practitionerId: string;
} {
  const [, year, month, date, half, practitionerId] =
    /^(\d{4})(\d{2})(\d{2})([APE])-(.+)$/.exec(scheduleId) ?? [];
  if (practitionerId === undefined) throw new Error('not the id of a schedule');
  return {
    day: parseDay(`${year}-${month}-${date}`),
    half: half === 'A' || half === 'P' ? half : 'E',
    practitionerId,
  };
}

/** The appointment whose item has this key. */
function appointmentOf({ sk }: { readonly sk: string }): string {
  return sk.slice('appointment#'.length);
}

/** The schedule whose claim item has this key. */
export function scheduleOfClaim({ pk }: { readonly pk: string }): string {
  return pk.slice('booking#schedule#'.length);
}

/** Whether the doctor is at work in that department now. */
export function practisesAt(
  doctor: PractitionerCopy | undefined,
  place: { readonly institutionId: string; readonly departmentId: string },
): boolean {
  return (
    doctor?.active === true &&
    doctor.sites.some(
      ({ institutionId, departmentId }) =>
        institutionId === place.institutionId && departmentId === place.departmentId,
    )
  );
}
