import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { giveBack } from './hold-number.ts';
import { originOf, poolForFreed } from './lanes.ts';
import { type Lane, laneOf, numberOf, tokenOf } from './numbers.ts';
import { slotsStillOpen } from './open-slots.ts';
import { bookingPolicy } from './policy.ts';
import { type Appointment, type Claim, claims, type ScheduleDetail, schedules } from './store.ts';
import { waitingFor } from './waiting-list.ts';

/** The number of an ended appointment comes free. False: it is no longer this appointment's, nothing was done. */
export async function freeNumber(
  deps: Deps,
  { scheduleId, patientId, token }: Pick<Appointment, 'scheduleId' | 'patientId' | 'token'>,
): Promise<boolean> {
  const [claim, detail] = await Promise.all([
    claims.get(deps.table, scheduleId, { consistent: true }),
    schedules.get(deps.table, scheduleId, { consistent: true }),
  ]);
  const mark = claim?.holders[patientId];
  if (claim === undefined || detail === undefined || mark === undefined || tokenOf(mark) !== token)
    return false;
  const freed = await laneForFreed(deps, detail, claim, token);
  return giveBack(deps, { scheduleId, patientId, mark, ...freed });
}

/**
 * Where a freed number goes: to its own pool while that is still apart, to who waits, else to the public.
 * `lookAgain`: kept for somebody, or in a pool that may be released this very moment.
 */
export async function laneForFreed(
  deps: Deps,
  detail: ScheduleDetail,
  { status }: Pick<Claim, 'status'>,
  token: number,
): Promise<{ readonly lane: Lane; readonly lookAgain: boolean }> {
  const now = instant(deps.clock);
  const { slotIndex, pool: origin } = originOf(detail, numberOf(token));
  const pool = poolForFreed(deps.city.policy(bookingPolicy).at(dayOf(now)), detail, origin, now);
  const kept =
    pool === 'PUBLIC' &&
    status === 'OPEN' &&
    slotsStillOpen(detail, 'MINI_PROGRAM', now).includes(slotIndex) &&
    (await waitingFor(deps, detail.scheduleId)).length > 0;
  return {
    lane: laneOf(kept ? 'WAITLIST' : pool, slotIndex),
    lookAgain: status === 'OPEN' && (kept || detail.releasedAt[pool] !== undefined),
  };
}
