import type { Day } from '../../shared/kernel/china-time.ts';
import type { PatientRecord } from './patient-record.ts';
import { banEnd, inPeriod } from './periods.ts';
import type { BookingPolicy } from './policy.ts';
import type { RecordEntry } from './record-entry.ts';
import type { Ban } from './store.ts';

export type PenaltyEvent = BookingPolicy['penalties'][number]['event'];

/** The bans that an event brings, given the record with that event already in it. */
export function bansAfter(
  policy: BookingPolicy,
  record: PatientRecord,
  { event, on, cause }: { readonly event: PenaltyEvent; readonly on: Day; readonly cause: string },
): readonly Ban[] {
  return policy.penalties
    .filter((rule) => rule.event === event)
    .flatMap((rule) => {
      const times = Object.values(record.entries).filter((entry) => {
        const day = dayOfEvent(entry, event);
        return day !== undefined && day <= on && inPeriod(rule.period, on, day);
      }).length;
      const steps = rule.steps.toSorted((a, b) => a.count - b.count);
      const step = steps.findLast(({ count }) => count <= times);
      if (step === undefined) return [];
      return [{ rule: rule.id, from: on, until: banEnd(step.ban, on), cause }];
    });
}

function dayOfEvent(entry: RecordEntry, event: PenaltyEvent): Day | undefined {
  switch (event) {
    case 'no-show':
      return entry.state === 'N' ? entry.day : undefined;
    case 'cancellation':
      return entry.state === 'C' ? entry.endedOn : undefined;
    case 'same-day-refund':
      return entry.state === 'C' && entry.sameDayRefund === true ? entry.endedOn : undefined;
  }
}
