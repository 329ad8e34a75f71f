import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { movePool } from './hold-number.ts';
import { freeIn } from './lanes.ts';
import { type Lane, laneOf } from './numbers.ts';
import { placeBooking } from './place-booking.ts';
import { bookingPolicy } from './policy.ts';
import { type Claim, claims, type ScheduleDetail, schedules, type WaitlistEntry, waitlist } from './store.ts';

const WAITLIST_PREFIX = 'waitlist#';

/** Those who wait for a schedule, first come first. Read consistently: somebody's turn depends on it. */
export async function waitingFor(
  { table }: Pick<Deps, 'table'>,
  scheduleId: string,
): Promise<readonly WaitlistEntry[]> {
  const { items } = await table.query({
    pk: claims.key(scheduleId).pk,
    sk: { beginsWith: WAITLIST_PREFIX },
    consistent: true,
  });
  return items
    .map((item) => waitlist.from(item))
    .filter(({ status }) => status === 'WAITING')
    .toSorted((a, b) => (a.joinedAt < b.joinedAt ? -1 : 1));
}

export async function someoneWaits(deps: Pick<Deps, 'table'>, scheduleId: string): Promise<boolean> {
  return (await waitingFor(deps, scheduleId)).length > 0;
}

/**
 * Hands the numbers kept for the waitlist to those who wait, in order. An offer is a hold of its own length:
 * confirmed it is a booking, lapsed it comes back here. When nobody waits any more the numbers become public.
 */
export async function offerFreedNumbers(deps: Deps, scheduleId: string): Promise<void> {
  const detail = await schedules.get(deps.table, scheduleId);
  if (detail === undefined) return;
  for (;;) {
    const claim = await claims.get(deps.table, scheduleId, { consistent: true });
    if (claim === undefined || claim.status !== 'OPEN') return;
    const lane = firstKeptLane(claim, detail);
    if (lane === undefined) return;
    const [next] = await waitingFor(deps, scheduleId);
    if (next === undefined) {
      await movePool(deps, { scheduleId, claim, from: 'WAITLIST', to: 'PUBLIC' }, detail.slots.length);
      return;
    }
    await offer(deps, detail, next, lane);
  }
}

function firstKeptLane(claim: Claim, detail: ScheduleDetail): Lane | undefined {
  const slotIndex = detail.slots.findIndex((_, index) => freeIn(claim, 'WAITLIST', index).length > 0);
  return slotIndex === -1 ? undefined : laneOf('WAITLIST', slotIndex);
}

/** Whoever cannot take the number (banned, at a limit, booked otherwise) leaves the list, so the loop ends. */
async function offer(deps: Deps, detail: ScheduleDetail, entry: WaitlistEntry, lane: Lane): Promise<void> {
  const now = deps.clock.now();
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  const placed = await placeBooking(
    deps,
    {
      detail,
      policy,
      patientId: entry.patientId,
      channel: 'MINI_PROGRAM',
      requestKey: entry.requestKey,
      bookedBy: 'waitlist',
      untilMs: now + policy.waitlist.offerMinutes * 60_000,
      hold: true,
      offeredFromWaitlist: true,
    },
    lane,
    undefined,
  );
  // Somebody else took the kept number: the entry keeps its turn for the next one.
  if (!placed.ok && placed.because === 'number-gone' && placed.claim?.holders[entry.patientId] === undefined)
    return;
  await waitlist.update(
    deps.table,
    entry,
    {
      set: placed.ok
        ? { status: 'OFFERED', appointmentId: placed.appointment.appointmentId }
        : { status: 'CLOSED' },
    },
    { if: { status: 'WAITING' } },
  );
}
