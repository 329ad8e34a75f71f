import type { Pool } from './policy.ts';

/**
 * A schedule's numbers as its claim item keeps them. Opaque and small: the item has to stay under 1 KB,
 * since that is what makes a booking one write unit.
 *
 * - A **token** is one occupancy of a number: `generation × 1000 + number`. Each time a number comes free its
 *   generation rises, so that a token and its patient name one appointment. It returns after a hundred occupancies.
 * - A **lane** is the list of free tokens of one pool in one slot: `P3` is the public pool in slot 3.
 *   `W…` lanes hold freed numbers that belong to the waitlist.
 * - A **mark** is what stands beside a holder: `(minute × 2 + held) × 100000 + token`, where `minute` is when the
 *   claim lapses (minutes since 2024-01-01 UTC) and `held` tells a hold from a booking that is being written; both
 *   are 0 once the appointment is settled. DynamoDB copies the token from its lane and adds the rest in the same
 *   update, so the number is allotted by the write itself.
 */

export type Lane = string;
export type LanePool = Pool | 'WAITLIST';

const LETTER: Record<LanePool, string> = {
  PUBLIC: 'P',
  COMMUNITY: 'C',
  REFERRAL: 'R',
  ONSITE: 'O',
  WAITLIST: 'W',
};
const POOL = new Map(
  (['PUBLIC', 'COMMUNITY', 'REFERRAL', 'ONSITE', 'WAITLIST'] as const).map((pool) => [LETTER[pool], pool]),
);

const EPOCH_MS = Date.UTC(2024, 0, 1);
const TOKEN_SPAN = 100_000;
const NUMBER_SPAN = 1_000;

/** Largest number of places in one schedule. */
export const MAX_NUMBERS = NUMBER_SPAN - 1;

export function laneOf(pool: LanePool, slotIndex: number): Lane {
  return `${LETTER[pool]}${slotIndex}`;
}

export function poolOf(lane: Lane): LanePool {
  const pool = POOL.get(lane.charAt(0));
  if (pool === undefined) throw new Error(`no pool has the lane ${lane}`);
  return pool;
}

export function slotIndexOf(lane: Lane): number {
  return Number(lane.slice(1));
}

export function numberOf(token: number): number {
  return token % NUMBER_SPAN;
}

/** The token under which a number comes free again. */
export function nextToken(token: number): number {
  return (token + NUMBER_SPAN) % TOKEN_SPAN;
}

/** What to add to a token so that the claim lapses at `untilMs`; rounded up to the minute. */
export function lapseAddend(untilMs: number, held: boolean): number {
  return (Math.ceil((untilMs - EPOCH_MS) / 60_000) * 2 + Number(held)) * TOKEN_SPAN;
}

export function tokenOf(mark: number): number {
  return mark % TOKEN_SPAN;
}

/** Epoch milliseconds at which the claim lapses; undefined when it is settled. */
export function lapseOf(mark: number): number | undefined {
  const minute = Math.floor(mark / (2 * TOKEN_SPAN));
  return minute === 0 ? undefined : EPOCH_MS + minute * 60_000;
}

export function isHold(mark: number): boolean {
  return Math.floor(mark / TOKEN_SPAN) % 2 === 1;
}
