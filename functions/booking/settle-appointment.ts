import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { giveBack } from './hold-number.ts';
import { originOf } from './lanes.ts';
import { laneOf, numberOf, tokenOf } from './numbers.ts';
import { offerFreedNumbers, someoneWaits } from './offer-freed-numbers.ts';
import { closeEntry } from './patient-record.ts';
import { bookingPolicy } from './policy.ts';
import { poolForFreed } from './rules.ts';
import { type Appointment, claims, schedules } from './store.ts';
import { VACATING } from './transitions.ts';

/**
 * What an ended appointment leaves behind: its number comes free (and is offered to who waits), its patient's
 * record learns how it ended. Called at once by whoever ended it and again by its event: repeating it does nothing.
 */
export async function settleAppointment(deps: Deps, appointment: Appointment): Promise<void> {
  if (VACATING.includes(appointment.status)) await vacate(deps, appointment);
  await closeEntry(deps, appointment);
}

async function vacate(deps: Deps, { scheduleId, patientId, token }: Appointment): Promise<void> {
  const [claim, detail] = await Promise.all([
    claims.get(deps.table, scheduleId, { consistent: true }),
    schedules.get(deps.table, scheduleId),
  ]);
  const mark = claim?.holders[patientId];
  if (claim === undefined || detail === undefined || mark === undefined || tokenOf(mark) !== token) return;
  const now = instant(deps.clock);
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  const { slotIndex, pool } = originOf(detail, numberOf(token));
  const target = poolForFreed(policy, detail, pool, now);
  const waiting = target === 'PUBLIC' && claim.status === 'OPEN' && (await someoneWaits(deps, scheduleId));
  const lane = laneOf(waiting ? 'WAITLIST' : target, slotIndex);
  const given = await giveBack(deps, { scheduleId, patientId, mark, lane });
  if (given && waiting) await offerFreedNumbers(deps, scheduleId);
}
