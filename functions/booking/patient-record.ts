import type { Condition } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import {
  addDays,
  addMonths,
  type Day,
  dayOf,
  startOfMonth,
  startOfYear,
} from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { type BookingPolicy, bookingPolicy, type Period } from './policy.ts';
import { packEntry, type RecordEntry, requestMark, unpackEntry } from './record-entry.ts';
import { bansAfter, type PenaltyEvent } from './rules.ts';
import { type Appointment, type Ban, records, type StoredRecord, scheduleOf } from './store.ts';

/** What limits and bans are judged by. It changes only under the version it was judged at (rule I3). */
export interface PatientRecord {
  readonly version: number;
  /** By appointment id. */
  readonly entries: Readonly<Record<string, RecordEntry>>;
  readonly bans: readonly Ban[];
}

export const EMPTY_RECORD: PatientRecord = { version: 0, entries: {}, bans: [] };

export function recordFrom(stored: StoredRecord | undefined): PatientRecord {
  if (stored === undefined) return EMPTY_RECORD;
  const entries = Object.entries(stored.entries).map(
    ([appointmentId, packed]) => [appointmentId, unpackEntry(appointmentId, packed)] as const,
  );
  return { version: stored.version, entries: Object.fromEntries(entries), bans: stored.bans };
}

/** The record as it is written after `before`, and the condition under which it may be. */
export function nextRecord(
  before: PatientRecord,
  { entries, bans }: Pick<PatientRecord, 'entries' | 'bans'>,
): { readonly stored: StoredRecord; readonly condition: Condition } {
  const packed = Object.entries(entries).map(([id, entry]) => [id, packEntry(entry)] as const);
  const stored: StoredRecord = { version: before.version + 1, entries: Object.fromEntries(packed), bans };
  return {
    stored,
    condition: before.version === 0 ? { $exists: false } : { version: before.version },
  };
}

export async function readRecord({ table }: Pick<Deps, 'table'>, patientId: string): Promise<PatientRecord> {
  return recordFrom(await records.get(table, patientId, { consistent: true }));
}

/** Each lost race is another appointment of the same patient entered or closed at that moment. */
const MOST_ATTEMPTS = 16;

type Decision<T> = { readonly record: PatientRecord } | { readonly stop: T };

/** Applies `decide` to the newest record until its write wins; answers what made it stop instead. */
export async function changeRecord<T>(
  { table }: Pick<Deps, 'table'>,
  patientId: string,
  seen: PatientRecord | undefined,
  decide: (record: PatientRecord) => Decision<T>,
): Promise<T | undefined> {
  let record = seen ?? (await readRecord({ table }, patientId));
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const decision = decide(record);
    if ('stop' in decision) return decision.stop;
    const { stored, condition } = nextRecord(record, decision.record);
    const outcome = await records.put(table, patientId, stored, { if: condition });
    if (outcome.ok) return undefined;
    record = recordFrom(outcome.current);
  }
  throw houseErrors.refusal('CONFLICT');
}

/** The appointment a request made before in this schedule, if the record remembers it. */
export function repeatOf(record: PatientRecord, scheduleId: string, requestKey: string): string | undefined {
  const request = requestMark(requestKey);
  return Object.keys(record.entries).find(
    (id) => scheduleOf(id) === scheduleId && record.entries[id]?.request === request,
  );
}

export function entryOf(appointment: Appointment): RecordEntry {
  const { day, half, institutionId, departmentId, practitionerId, requestKey } = appointment;
  const request = requestMark(requestKey);
  return { day, half, institutionId, departmentId, practitionerId, request, state: 'A' };
}

/** The record with this entry; what no rule asks for any more is left out. */
export function withEntry(
  policy: BookingPolicy,
  record: PatientRecord,
  [appointmentId, entry]: readonly [string, RecordEntry],
  today: Day,
): PatientRecord {
  const all = Object.entries({ ...record.entries, [appointmentId]: entry });
  return {
    ...record,
    entries: Object.fromEntries(all.filter(([, each]) => keptUntil(policy, each) >= today)),
    bans: record.bans.filter(({ until }) => until >= today),
  };
}

/** A visit is closed when its clinic ends; a tick that is late by days must still find it. */
const OPEN_DAYS = 7;

function keptUntil({ limits, penalties }: BookingPolicy, { state, day, endedOn = day }: RecordEntry): Day {
  const counted =
    state === 'X'
      ? []
      : state === 'C'
        ? penalties.filter(({ event }) => event !== 'no-show').map(({ period }) => reach(period, endedOn))
        : [
            ...limits.map(({ period }) => reach(period, day)),
            ...penalties.filter(({ event }) => event === 'no-show').map(({ period }) => reach(period, day)),
          ];
  const least = state === 'A' ? addDays(day, OPEN_DAYS) : day;
  return [least, ...counted].toSorted().at(-1) ?? least;
}

/** The last day whose period may hold `day`. */
function reach(period: Period, day: Day): Day {
  switch (period.kind) {
    case 'visit-day':
      return day;
    case 'days':
      return addDays(day, period.days);
    case 'months':
      return addMonths(day, period.months);
    case 'calendar-month':
      return addDays(addMonths(startOfMonth(day), 1), -1);
    case 'calendar-year':
      return addDays(addMonths(startOfYear(day), 12), -1);
  }
}

/** Writes into the record how an appointment ended, with the bans that follow. Repeating it changes nothing. */
export async function closeEntry(deps: Deps, appointment: Appointment): Promise<void> {
  const state = finalState(appointment);
  if (state === undefined) return;
  const { appointmentId, patientId, charge, endedReason } = appointment;
  const today = dayOf(appointment.endedAt ?? instant(deps.clock));
  const policy = deps.city.policy(bookingPolicy).at(today);
  await changeRecord(deps, patientId, undefined, (record) => {
    const entry = record.entries[appointmentId];
    if (entry?.state !== 'A') return { stop: undefined };
    if (endedReason === INTERRUPTED) {
      // It never came to be: its request may be made again.
      const { [appointmentId]: _gone, ...entries } = record.entries;
      return { record: { ...record, entries } };
    }
    const refunded = charge?.status === 'REFUND_DUE' || charge?.status === 'REFUNDED';
    const sameDayRefund = state === 'C' && refunded && today === entry.day;
    const ended = { ...entry, state, endedOn: today, ...(sameDayRefund ? { sameDayRefund } : {}) };
    const closed = withEntry(policy, record, [appointmentId, ended], today);
    const events: PenaltyEvent[] = [];
    if (state === 'N') events.push('no-show');
    if (state === 'C') events.push('cancellation');
    if (sameDayRefund) events.push('same-day-refund');
    const bans = events.flatMap((event) =>
      bansAfter(policy, closed, { event, on: today, cause: appointmentId }),
    );
    return { record: { ...closed, bans: [...closed.bans, ...bans] } };
  });
}

/** Why a claim that came to nothing ended: see `abandonClaim`. */
export const INTERRUPTED = 'INTERRUPTED';

function finalState({ status, rescheduledTo, heldUntil }: Appointment): RecordEntry['state'] | undefined {
  switch (status) {
    case 'NO_SHOW':
      return 'N';
    case 'CANCELLED_BY_PATIENT':
      // Moving an appointment is no cancellation, nor is giving up a number that was only held.
      return rescheduledTo === undefined && heldUntil === undefined ? 'C' : 'X';
    case 'CANCELLED_BY_HOSPITAL':
    case 'EXPIRED':
      return 'X';
    default:
      return undefined;
  }
}
