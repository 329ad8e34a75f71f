import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { movePool } from './hold-number.ts';
import { candidateLanes } from './lanes.ts';
import { claimedFrom, claimUntil, type Placement } from './new-appointment.ts';
import type { Lane } from './numbers.ts';
import { slotsStillOpen } from './open-slots.ts';
import { finishBooking, type Placed, placeBooking } from './place-booking.ts';
import { bookingPolicy } from './policy.ts';
import { type Claim, claims, type ScheduleDetail, schedules, type WaitlistEntry, waitlist } from './store.ts';
import { waitingFor } from './waiting-list.ts';

/**
 * Hands free numbers to those who wait, in order; kept ones first. An offer is a hold of its own length: confirmed
 * it is a booking, lapsed its number comes back here. What is kept for nobody becomes public.
 */
export async function offerFreedNumbers(deps: Deps, scheduleId: string): Promise<void> {
  const detail = await schedules.get(deps.table, scheduleId, { consistent: true });
  if (detail === undefined) return;
  // Ends: each round a number is gone or somebody leaves the list.
  for (;;) {
    const claim = await claims.get(deps.table, scheduleId, { consistent: true });
    if (claim === undefined || claim.status !== 'OPEN') return;
    const lane = laneToOffer(deps, claim, detail);
    const [next] = lane === undefined ? [] : await waitingFor(deps, scheduleId);
    if (lane === undefined || next === undefined) return makePublic(deps, detail, claim);
    await offer(deps, detail, next, { lane, claim });
  }
}

function laneToOffer({ clock }: Deps, claim: Claim, detail: ScheduleDetail): Lane | undefined {
  const now = instant(clock);
  const slotIndexes = slotsStillOpen(detail, 'MINI_PROGRAM', now);
  return candidateLanes(
    claim,
    detail.opensAt.PUBLIC <= now ? ['WAITLIST', 'PUBLIC'] : ['WAITLIST'],
    slotIndexes,
  )[0];
}

async function makePublic(deps: Deps, { scheduleId, slots }: ScheduleDetail, claim: Claim): Promise<void> {
  const slotIndexes = slots.map((_, index) => index);
  await movePool(deps, { scheduleId, claim, from: 'WAITLIST', to: 'PUBLIC', slotIndexes });
}

/** Whoever cannot take the number (banned, at a limit, booked otherwise) leaves the list. */
async function offer(
  deps: Deps,
  detail: ScheduleDetail,
  entry: WaitlistEntry,
  { lane, claim }: { readonly lane: Lane; readonly claim: Claim },
): Promise<void> {
  const { patientId, requestKey } = entry;
  const now = deps.clock.now();
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  const placement: Placement = {
    detail,
    policy,
    patientId,
    channel: 'MINI_PROGRAM',
    requestKey,
    doer: { by: 'waitlist' },
    untilMs: claimUntil(detail, now, policy.waitlist.offerMinutes),
    held: true,
    offeredFromWaitlist: true,
  };
  let placed: Placed = await placeBooking(deps, placement, { lane, claim }, undefined);
  if (!placed.ok && placed.because === 'number-gone') {
    const mark = placed.claim?.holders[patientId];
    // Somebody else took the number: the entry keeps its turn for the next one.
    if (mark === undefined) return;
    // They have a number here already, perhaps by this very offer made twice at once.
    placed = await finishBooking(deps, placement, claimedFrom(deps, placement, mark), undefined);
  }
  await waitlist.update(
    deps.table,
    entry,
    {
      set: placed.ok
        ? { status: 'OFFERED', appointmentId: placed.appointment.appointmentId }
        : { status: 'CLOSED' },
    },
    { if: { status: 'WAITING', requestKey } },
  );
}
