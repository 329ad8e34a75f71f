import type { Deps } from '../../shared/deps.ts';
import { addDays, addMonths, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors, type Reason } from '../../shared/kernel/errors.ts';
import { bookingPolicy } from './policy.ts';
import { bansAfter, type PenaltyEvent } from './rules.ts';
import { type Appointment, type PatientRecord, type RecordEntry, records } from './store.ts';

/**
 * A patient's record changes only under the version it was judged at (rule I3): who loses a race judges again.
 */

export const EMPTY_RECORD: PatientRecord = { version: 0, entries: {}, bans: [] };

const MOST_ATTEMPTS = 8;
/** Longer than the longest period a rule looks back over, a calendar year. */
const KEPT_MONTHS = 13;

type Decision = { readonly record: PatientRecord } | { readonly reasons: readonly Reason[] } | 'unchanged';

/** Applies `decide` to the newest record until its write wins. Answers the reasons when it refuses. */
export async function changeRecord(
  { table }: Pick<Deps, 'table'>,
  patientId: string,
  seen: PatientRecord | undefined,
  decide: (record: PatientRecord) => Decision,
): Promise<readonly Reason[]> {
  let record = seen ?? (await records.get(table, patientId, { consistent: true })) ?? EMPTY_RECORD;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const decision = decide(record);
    if (decision === 'unchanged') return [];
    if ('reasons' in decision) return decision.reasons;
    const next = { ...decision.record, version: record.version + 1 };
    const outcome = await records.put(table, patientId, next, {
      if: record.version === 0 ? { $exists: false } : { version: record.version },
    });
    if (outcome.ok) return [];
    record = outcome.current ?? EMPTY_RECORD;
  }
  throw houseErrors.refusal('CONFLICT');
}

export function withEntry(
  record: PatientRecord,
  appointmentId: string,
  entry: RecordEntry,
  today: Day,
): PatientRecord {
  const oldest = addMonths(today, -KEPT_MONTHS);
  const kept = Object.entries(record.entries).filter(([, { day }]) => day >= oldest);
  return {
    ...record,
    entries: { ...Object.fromEntries(kept), [appointmentId]: entry },
    bans: record.bans.filter(({ until }) => until >= addDays(today, -1)),
  };
}

export function entryOf(appointment: Appointment): RecordEntry {
  const { day, half, institutionId, departmentId, practitionerId, requestKey } = appointment;
  return { day, half, institutionId, departmentId, practitionerId, requestKey, state: 'A' };
}

/** Writes into the record how an appointment ended, with the bans that follow. Repeating it changes nothing. */
export async function closeEntry(deps: Deps, appointment: Appointment): Promise<void> {
  const state = finalState(appointment);
  if (state === undefined) return;
  const now = instant(deps.clock);
  const today = dayOf(appointment.endedAt ?? now);
  const policy = deps.city.policy(bookingPolicy).at(today);
  await changeRecord(deps, appointment.patientId, undefined, (record) => {
    const entry = record.entries[appointment.appointmentId];
    if (entry === undefined || entry.state !== 'A') return 'unchanged';
    const refunded = appointment.charge?.status === 'REFUND_DUE' || appointment.charge?.status === 'REFUNDED';
    const closed = withEntry(
      record,
      appointment.appointmentId,
      {
        ...entry,
        state,
        endedOn: today,
        ...(state === 'C' && refunded && today === entry.day ? { sameDayRefund: true } : {}),
      },
      today,
    );
    const events: PenaltyEvent[] =
      state === 'N' ? ['no-show'] : state === 'C' ? ['cancellation', 'same-day-refund'] : [];
    const bans = events.flatMap((event) =>
      bansAfter(policy, closed, { event, on: today, cause: appointment.appointmentId }),
    );
    return { record: { ...closed, bans: [...closed.bans, ...bans] } };
  });
}

function finalState({ status, rescheduledTo }: Appointment): RecordEntry['state'] | undefined {
  switch (status) {
    case 'NO_SHOW':
      return 'N';
    case 'CANCELLED_BY_PATIENT':
      // Moving an appointment is no cancellation.
      return rescheduledTo === undefined ? 'C' : 'X';
    case 'CANCELLED_BY_HOSPITAL':
    case 'EXPIRED':
      return 'X';
    default:
      return undefined;
  }
}
