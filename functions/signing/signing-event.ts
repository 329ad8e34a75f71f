import type { Doer } from '../../shared/access/acting.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Signing } from './store.ts';
import type { SigningStatus } from './transitions.ts';

export function eventTypeOf(status: SigningStatus): string {
  return `signing.${status.toLowerCase().replaceAll('_', '-')}`;
}

/** Not states but news of one. */
export const NEWS = {
  reminder: 'signing.reminder-due',
  signature: 'signing.signature-given',
  offer: 'signing.renewal-offered',
  noRenewal: 'signing.renewal-refused',
  instalment: 'signing.instalment-due',
  staff: 'signing.staff-changed',
  charge: 'signing.charge-followed',
  use: 'signing.entitlement-used',
  turn: 'signing.term-turned',
} as const;

/** What consumers need to find the signing, and who did it: ids, codes and days only (`contracts.ts`). */
export function signingEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  type: string,
  after: Signing,
  { by, role, institutionId, traceparent }: Doer,
  more: Readonly<Record<string, Value>> = {},
): DomainEvent {
  const { patientId, signingId, careTeamId, status, round, runs, term, waitUntil, endedReason } = after;
  return eventFor(deps, type, {
    data: {
      patientId,
      signingId,
      careTeamId,
      status,
      round,
      runs,
      by,
      role,
      ...(institutionId === undefined ? {} : { institutionId }),
      ...(term === undefined ? {} : { until: term.until }),
      ...(waitUntil === undefined ? {} : { waitUntil }),
      ...(endedReason === undefined ? {} : { reason: endedReason }),
      ...more,
    },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}
