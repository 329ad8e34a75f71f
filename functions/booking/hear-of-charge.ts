import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { followCharge } from './follow-charge.ts';
import { claims } from './store.ts';
import { tickSchedule } from './tick-schedule.ts';

/**
 * Payment has changed the lock of a charge. What waited for that payment goes on at once: a hold that lapsed meanwhile
 * comes free, a cancelled clinic cancels the visit.
 */
export async function hearOfCharge(
  deps: Deps,
  charge: { readonly patientId: string; readonly chargeId: string },
): Promise<void> {
  const appointment = await followCharge(deps, charge);
  if (appointment === undefined || appointment.status === 'PENDING_PAYMENT') return;
  const { scheduleId, status, heldUntil } = appointment;
  const lapsed = status === 'HELD' && (heldUntil ?? '') <= instant(deps.clock);
  if (lapsed || (await claims.get(deps.table, scheduleId))?.status !== 'OPEN')
    await tickSchedule(deps, scheduleId);
}
