import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { type Lane, type LanePool, laneOf, lapseAddend, nextToken, tokenOf } from './numbers.ts';
import { type Claim, claims } from './store.ts';

/** The writes on a schedule's numbers: take one, give one back, move a pool. Each is one conditional update. */

export const TICK = 'schedule-tick';

export type Taken =
  | { readonly ok: true; readonly mark: number }
  | { readonly ok: false; readonly claim: Claim | undefined };

export interface Taking {
  readonly scheduleId: string;
  readonly patientId: string;
  readonly lane: Lane;
  readonly untilMs: number;
  /** A hold to be confirmed, not a booking that is just being written. */
  readonly held: boolean;
  /** The claim as it was judged. */
  readonly seen: Claim;
}

/**
 * Rules I1, I2: takes the first free number of a lane for the patient. Counter, allotment, one-per-schedule limit
 * and the record for repeats are this one write; it lapses by itself at `untilMs` unless it is settled. The schedule's
 * timer is in the same write: either it stands early enough, or it is set, so that no crash leaves a number alone.
 */
export async function takeNumber(
  { table }: Pick<Deps, 'table'>,
  { scheduleId, patientId, lane, untilMs, held, seen }: Taking,
): Promise<Taken> {
  const first = `free.${lane}[0]`;
  const holder = `holders.${patientId}`;
  const at = new Date(untilMs).toISOString();
  const isLookedAfter = seen.dueAt !== undefined && seen.dueAt <= at;
  const outcome = await claims.update(
    table,
    scheduleId,
    { set: { [holder]: { $from: first, $plus: lapseAddend(untilMs, held) } }, remove: [first] },
    {
      if: {
        status: 'OPEN',
        [first]: { exists: true },
        [holder]: { exists: false },
        ...(isLookedAfter ? { dueAt: { le: at } } : {}),
      },
      ...(isLookedAfter ? {} : { timer: { kind: TICK, at } }),
    },
  );
  if (!outcome.ok) return { ok: false, claim: outcome.current };
  const mark = outcome.item.holders[patientId];
  if (mark === undefined) throw new Error('a number was taken and its mark is missing');
  return { ok: true, mark };
}

export interface Returning {
  readonly scheduleId: string;
  readonly patientId: string;
  readonly mark: number;
  readonly lane: Lane;
  /** Time has something to do with the freed number: it is offered, or moved to another pool. */
  readonly lookAgain: boolean;
}

/**
 * Gives the number back to a lane under a new token. Only after its appointment has ended, since a request that was
 * interrupted might still write it. False: the holder no longer has this very mark, nothing was done.
 */
export async function giveBack(
  deps: Pick<Deps, 'table' | 'clock'>,
  { scheduleId, patientId, mark, lane, lookAgain }: Returning,
): Promise<boolean> {
  const outcome = await claims.update(
    deps.table,
    scheduleId,
    { remove: [`holders.${patientId}`], append: { [`free.${lane}`]: [nextToken(tokenOf(mark))] } },
    {
      if: { [`holders.${patientId}`]: mark },
      ...(lookAgain ? { timer: { kind: TICK, at: instant(deps.clock) } } : {}),
    },
  );
  return outcome.ok;
}

export interface PoolMove {
  readonly scheduleId: string;
  readonly claim: Claim;
  readonly from: LanePool;
  readonly to: LanePool;
  readonly slotIndexes: readonly number[];
}

/** Rule I5: moves what is left of a pool to another, slot by slot, in one write: quota moves and is never added. */
export async function movePool(
  { table }: Pick<Deps, 'table'>,
  { scheduleId, claim, from, to, slotIndexes }: PoolMove,
): Promise<void> {
  const set: Record<string, { readonly $join: readonly [string, string] } | readonly number[]> = {};
  for (const slotIndex of slotIndexes) {
    const [source, target] = [`free.${laneOf(from, slotIndex)}`, `free.${laneOf(to, slotIndex)}`];
    if ((claim.free[laneOf(from, slotIndex)] ?? []).length === 0) continue;
    set[target] = { $join: [target, source] };
    set[source] = [];
  }
  if (Object.keys(set).length > 0)
    await claims.update(table, scheduleId, { set }, { if: { status: 'OPEN' } });
}
