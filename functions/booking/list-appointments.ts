import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import type { appointmentList, deskList } from './contracts.ts';
import { bookingErrors } from './errors.ts';
import { NO_TOMBSTONE } from './new-appointment.ts';
import { numberOf, tokenOf } from './numbers.ts';
import { appointmentIdOf, appointments, claims, schedules } from './store.ts';
import { viewOf } from './views.ts';

const PAGE = 20;

/** A patient's appointments, latest visit day first. */
export async function listAppointments(
  deps: Deps,
  patientId: string,
  cursor: string | undefined,
): Promise<z.input<typeof appointmentList>> {
  const place = { scope: 'booking', of: `appointments:${patientId}` };
  const after = await openCursor(deps, place, cursor);
  const page = await appointments.query(deps.table, {
    pk: appointments.key({ patientId, appointmentId: '' }).pk,
    sk: { beginsWith: 'appointment#' },
    // A claim that came to nothing is no appointment to its patient.
    where: NO_TOMBSTONE,
    descending: true,
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  const next = await sealCursor(deps, place, page.next);
  return { appointments: page.items.map(viewOf), ...(next === undefined ? {} : { next }) };
}

/** Who has a number in a schedule, in the order of numbers: the desk's and the doctor's list. Opaque ids, no names. */
export async function listAtDesk(
  deps: Deps,
  { institutionId, scheduleId }: { readonly institutionId: string; readonly scheduleId: string },
): Promise<z.input<typeof deskList>> {
  const [detail, claim] = await Promise.all([
    schedules.get(deps.table, scheduleId),
    claims.get(deps.table, scheduleId),
  ]);
  if (detail?.institutionId !== institutionId || claim === undefined)
    throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  const ids = Object.entries(claim.holders).map(([patientId, mark]) => ({
    patientId,
    appointmentId: appointmentIdOf(scheduleId, tokenOf(mark)),
  }));
  const found = await appointments.getMany(deps.table, ids);
  return {
    scheduleId,
    appointments: found
      .flatMap((appointment) => appointment ?? [])
      .map(({ token, ...appointment }) => ({ ...appointment, number: numberOf(token) }))
      .toSorted((a, b) => a.number - b.number),
  };
}
