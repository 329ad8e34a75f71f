import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { AppointmentId } from './store.ts';
import type { AppointmentStatus } from './transitions.ts';

/** Who did something, for the audit, and in which request. */
export interface Doer {
  /** Account, or `system`, or `waitlist`. */
  readonly by: string;
  readonly traceparent?: string;
}

export const SYSTEM: Doer = { by: 'system' };

/** `booking.appointment-<status>`: what consumers need to find the appointment, and who did it. */
export function appointmentEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  { patientId, appointmentId }: AppointmentId,
  status: AppointmentStatus,
  { by, traceparent }: Doer,
): DomainEvent {
  return eventFor(deps, eventTypeOf(status), {
    data: { patientId, appointmentId, by },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

export function eventTypeOf(status: AppointmentStatus): string {
  return `booking.appointment-${status.toLowerCase().replaceAll('_', '-')}`;
}
