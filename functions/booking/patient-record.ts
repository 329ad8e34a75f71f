import type { Condition } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { BookingPolicy } from './policy.ts';
import { packEntry, type RecordEntry, requestMark, unpackEntry } from './record-entry.ts';
import { keptUntil } from './record-retention.ts';
import { type Appointment, type Ban, records, type StoredRecord, scheduleOf } from './store.ts';

/** What limits and bans are judged by. It changes only under the version it was judged at (rule I3). */
export interface PatientRecord {
  readonly version: number;
  /** By appointment id. */
  readonly entries: Readonly<Record<string, RecordEntry>>;
  readonly bans: readonly Ban[];
}

const EMPTY_RECORD: PatientRecord = { version: 0, entries: {}, bans: [] };

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
  const { day, half, institutionId, departmentId, practitionerId, request } = appointment;
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
