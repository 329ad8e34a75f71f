import type { Doer } from '../../shared/access/acting.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Referral } from './store.ts';
import type { ReferralStatus } from './transitions.ts';

export function eventTypeOf(status: ReferralStatus): string {
  return `referral.${status.toLowerCase().replaceAll('_', '-')}`;
}

/** Not a state but news of one: a step's time runs out. */
export const REMINDER_DUE = 'referral.reminder-due';

/** What consumers need to find the referral, and who did it: ids and codes only (`contracts.ts`, `referralMoved`). */
export function referralEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  type: string,
  after: Referral,
  { by, role, institutionId, traceparent }: Doer,
  more: Readonly<Record<string, Value>> = {},
): DomainEvent {
  const { patientId, referralId, status, direction, urgency, round, fromInstitutionId, toInstitutionId } =
    after;
  return eventFor(deps, type, {
    data: {
      patientId,
      referralId,
      status,
      direction,
      urgency,
      round,
      fromInstitutionId,
      toInstitutionId,
      by,
      role,
      ...(institutionId === undefined ? {} : { institutionId }),
      ...(after.follows === undefined ? {} : { follows: after.follows }),
      ...(after.endedReason === undefined ? {} : { reason: after.endedReason }),
      ...(after.waitUntil === undefined ? {} : { waitUntil: after.waitUntil }),
      ...more,
    },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}
