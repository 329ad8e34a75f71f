import type { Deps } from '../../shared/deps.ts';
import { closeEntry } from './close-entry.ts';
import { freeNumber } from './free-number.ts';
import { offerFreedNumbers } from './offer-freed-numbers.ts';
import { type Appointment, waitlist } from './store.ts';
import { VACATING } from './transitions.ts';

/**
 * What an ended appointment leaves behind: its patient's record learns how it ended, its number comes free and is
 * offered to who waits. Called at once by whoever ended it and again by its event: repeating it does nothing.
 */
export async function settleAppointment(deps: Deps, appointment: Appointment): Promise<void> {
  await closeEntry(deps, appointment);
  if (!VACATING.includes(appointment.status)) return;
  const { scheduleId, patientId, appointmentId, offeredFromWaitlist } = appointment;
  if (offeredFromWaitlist === true) {
    await waitlist.update(
      deps.table,
      { scheduleId, patientId },
      { set: { status: 'CLOSED' } },
      { if: { status: 'OFFERED', appointmentId } },
    );
  }
  if (await freeNumber(deps, appointment)) await offerFreedNumbers(deps, scheduleId);
}
