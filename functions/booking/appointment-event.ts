import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Appointment, AppointmentId } from './store.ts';
import type { AppointmentStatus } from './transitions.ts';

/** Who did something, for the audit, and in which request. */
export interface Doer {
  /** Account, or `system`, or `waitlist`. */
  readonly by: string;
  readonly traceparent?: string;
}

export const SYSTEM: Doer = { by: 'system' };

/** Of an appointment that somebody was told of, what may be said of it: ids, day and time. */
export type Visit = Partial<
  Pick<Appointment, 'institutionId' | 'departmentId' | 'practitionerId' | 'day' | 'slot' | 'heldUntil'>
>;

/**
 * `booking.appointment-<status>`: what consumers need to find the appointment, who did it, and where and when the visit
 * is (`contracts.ts`, `appointmentMoved`).
 */
export function appointmentEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  { patientId, appointmentId, ...visit }: AppointmentId & Visit,
  status: AppointmentStatus,
  { by, traceparent }: Doer,
): DomainEvent {
  return eventFor(deps, eventTypeOf(status), {
    data: { patientId, appointmentId, by, ...factsOf(visit, status) },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

export function eventTypeOf(status: AppointmentStatus): string {
  return `booking.appointment-${status.toLowerCase().replaceAll('_', '-')}`;
}

function factsOf(
  { institutionId, departmentId, practitionerId, day, slot, heldUntil }: Visit,
  status: AppointmentStatus,
): { readonly [name: string]: Value } {
  if (institutionId === undefined || departmentId === undefined || practitionerId === undefined) return {};
  if (day === undefined || slot === undefined) return {};
  const held = status === 'HELD' && heldUntil !== undefined ? { heldUntil } : {};
  return { institutionId, departmentId, practitionerId, day, start: slot.start, ...held };
}
