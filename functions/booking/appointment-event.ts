import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { AppointmentId } from './store.ts';
import type { AppointmentStatus } from './transitions.ts';

/** `booking.appointment-<status>`: what consumers need to find the appointment, and who did it. */
export function appointmentEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  { patientId, appointmentId }: AppointmentId,
  status: AppointmentStatus,
  { by, traceparent }: { readonly by: string; readonly traceparent?: string },
): DomainEvent {
  return eventFor(deps, `booking.appointment-${status.toLowerCase().replaceAll('_', '-')}`, {
    data: { patientId, appointmentId, by },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}
