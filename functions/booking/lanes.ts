import { type Lane, type LanePool, laneOf, poolOf } from './numbers.ts';
import type { BookingPolicy, Pool } from './policy.ts';
import type { Claim, ScheduleDetail, Slot } from './store.ts';

/** How numbers lie in slots and pools. Numbers run through the slots in order, in each slot pool by pool. */

export const POOLS = ['PUBLIC', 'COMMUNITY', 'REFERRAL', 'ONSITE'] as const satisfies readonly Pool[];

/** The free lanes of a new schedule: each number in exactly one slot and one pool. */
export function initialLanes(slots: readonly Slot[]): Record<Lane, number[]> {
  const lanes: Record<Lane, number[]> = {};
  let number = 0;
  slots.forEach((slot, slotIndex) => {
    for (const pool of POOLS) {
      const tokens = Array.from({ length: slot.quota[pool] }, () => ++number);
      if (tokens.length > 0) lanes[laneOf(pool, slotIndex)] = tokens;
    }
  });
  return lanes;
}

/** Slot and pool a number started in; an extra number counts as ONSITE. */
export function originOf(
  detail: Pick<ScheduleDetail, 'slots' | 'extra'>,
  number: number,
): { slotIndex: number; pool: Pool } {
  let last = 0;
  for (const [slotIndex, slot] of detail.slots.entries()) {
    for (const pool of POOLS) {
      last += slot.quota[pool];
      if (number <= last) return { slotIndex, pool };
    }
  }
  const slotIndex = detail.extra[number];
  if (slotIndex === undefined) throw new Error('the number is not of this schedule');
  return { slotIndex, pool: 'ONSITE' };
}

/** Free tokens of a pool in a slot. */
export function freeIn(claim: Pick<Claim, 'free'>, pool: LanePool, slotIndex: number): readonly number[] {
  return claim.free[laneOf(pool, slotIndex)] ?? [];
}

/** Free plus held: must equal `capacity` at all times (rule I1). */
export function countNumbers({ free, holders }: Pick<Claim, 'free' | 'holders'>): number {
  return Object.values(free).reduce((sum, tokens) => sum + tokens.length, 0) + Object.keys(holders).length;
}

/**
 * Lanes to try for a booking, best first: pools in the channel's order, then the slot with the most free numbers.
 * Not the earliest slot: at the release hour everybody would fight for the same few numbers while others lie free.
 */
export function candidateLanes(
  claim: Pick<Claim, 'free'>,
  pools: readonly LanePool[],
  slotIndexes: readonly number[],
): readonly Lane[] {
  return pools.flatMap((pool) =>
    slotIndexes
      .filter((index) => freeIn(claim, pool, index).length > 0)
      .toSorted((a, b) => freeIn(claim, pool, b).length - freeIn(claim, pool, a).length)
      .map((index) => laneOf(pool, index)),
  );
}

/** Whether no number is left in any of these pools, whenever they open. */
export function isSoldOut(claim: Pick<Claim, 'free'>, pools: readonly Pool[]): boolean {
  return Object.entries(claim.free).every(
    ([lane, tokens]) => tokens.length === 0 || !(pools as readonly string[]).includes(poolOf(lane)),
  );
}

/** The pool a freed number goes to: its own while that is still apart, else the public one. */
export function poolForFreed(
  policy: BookingPolicy,
  detail: Pick<ScheduleDetail, 'releasedAt'>,
  origin: Pool,
  now: string,
): Pool {
  if (policy.cancelledNumberReturnsTo === 'PUBLIC') return 'PUBLIC';
  const releasedAt = detail.releasedAt[origin];
  return releasedAt !== undefined && releasedAt <= now ? 'PUBLIC' : origin;
}
