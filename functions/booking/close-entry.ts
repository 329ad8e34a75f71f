import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { isTombstone } from './new-appointment.ts';
import { changeRecord, withEntry } from './patient-record.ts';
import { bansAfter, type PenaltyEvent } from './penalties.ts';
import { bookingPolicy } from './policy.ts';
import type { RecordEntry } from './record-entry.ts';
import type { Appointment } from './store.ts';

/** Writes into the record how an appointment ended, with the bans that follow. Repeating it changes nothing. */
export async function closeEntry(deps: Deps, appointment: Appointment): Promise<void> {
  const state = finalState(appointment);
  if (state === undefined) return;
  const { appointmentId, patientId, charge } = appointment;
  const today = dayOf(appointment.endedAt ?? instant(deps.clock));
  const policy = deps.city.policy(bookingPolicy).at(today);
  await changeRecord(deps, patientId, undefined, (record) => {
    const entry = record.entries[appointmentId];
    if (entry?.state !== 'A') return { stop: undefined };
    if (isTombstone(appointment)) {
      // It never came to be: its request may be made again.
      const { [appointmentId]: _gone, ...entries } = record.entries;
      return { record: { ...record, entries } };
    }
    const refunded = charge?.status === 'REFUND_DUE' || charge?.status === 'REFUNDED';
    const sameDayRefund = state === 'C' && refunded && today === entry.day;
    const ended = { ...entry, state, endedOn: today, ...(sameDayRefund ? { sameDayRefund } : {}) };
    const closed = withEntry(policy, record, [appointmentId, ended], today);
    // Counted before anything is left out: a tick after midnight may close a visit of last month, or last year.
    const counted = { ...record, entries: { ...record.entries, [appointmentId]: ended } };
    const events: PenaltyEvent[] = [];
    if (state === 'N') events.push('no-show');
    if (state === 'C') events.push('cancellation');
    if (sameDayRefund) events.push('same-day-refund');
    const bans = events.flatMap((event) =>
      bansAfter(policy, counted, {
        event,
        on: event === 'no-show' ? entry.day : today,
        cause: appointmentId,
      }),
    );
    return { record: { ...closed, bans: [...closed.bans, ...bans] } };
  });
}

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
