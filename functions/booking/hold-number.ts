import type { Deps } from '../../shared/deps.ts';
import { type Lane, type LanePool, laneOf, lapseAddend, nextToken, tokenOf } from './numbers.ts';
import { type Claim, claims } from './store.ts';

/** The three writes on a schedule's numbers: take one, give one back, move a pool. Each is one conditional update. */

export const TICK = 'schedule-tick';

export type Taken =
  | { readonly ok: true; readonly mark: number; readonly claim: Claim }
  | { readonly ok: false; readonly claim: Claim | undefined };

/**
 * Rules I1, I2: takes the first free number of a lane for the patient. Counter, allotment, one-per-schedule limit
 * and the record for repeats are this one write; it lapses by itself at `untilMs` unless it is settled.
 */
export async function takeNumber(
  { table }: Pick<Deps, 'table'>,
  {
    scheduleId,
    patientId,
    lane,
    untilMs,
  }: {
    readonly scheduleId: string;
    readonly patientId: string;
    readonly lane: Lane;
    readonly untilMs: number;
  },
): Promise<Taken> {
  const first = `free.${lane}[0]`;
  const holder = `holders.${patientId}`;
  const outcome = await claims.update(
    table,
    scheduleId,
    { set: { [holder]: { $from: first, $plus: lapseAddend(untilMs) } }, remove: [first] },
    { if: { status: 'OPEN', [first]: { exists: true }, [holder]: { exists: false } } },
  );
  if (!outcome.ok) return { ok: false, claim: outcome.current };
  const mark = outcome.item.holders[patientId];
  if (mark === undefined) throw new Error('a number was taken and its mark is missing');
  return { ok: true, mark, claim: outcome.item };
}

/** Sees to it that the schedule is looked after when the hold lapses. Never moves its timer to a later time. */
export async function tickBy(
  { table }: Pick<Deps, 'table'>,
  scheduleId: string,
  claim: Claim,
  untilMs: number,
): Promise<void> {
  const at = new Date(untilMs).toISOString();
  if (claim.dueAt !== undefined && claim.dueAt <= at) return;
  await claims.update(
    table,
    scheduleId,
    {},
    {
      if: { $exists: true, $any: [{ dueAt: { exists: false } }, { dueAt: { gt: at } }] },
      timer: { kind: TICK, at },
    },
  );
}

/** Gives the number back to a lane under a new token. False: the holder no longer has this very mark, nothing was done. */
export async function giveBack(
  { table }: Pick<Deps, 'table'>,
  {
    scheduleId,
    patientId,
    mark,
    lane,
  }: { readonly scheduleId: string; readonly patientId: string; readonly mark: number; readonly lane: Lane },
): Promise<boolean> {
  const outcome = await claims.update(
    table,
    scheduleId,
    { remove: [`holders.${patientId}`], append: { [`free.${lane}`]: [nextToken(tokenOf(mark))] } },
    { if: { [`holders.${patientId}`]: mark } },
  );
  return outcome.ok;
}

/** Rule I5: moves what is left of a pool to another, slot by slot, in one write: quota moves and is never added. */
export async function movePool(
  { table }: Pick<Deps, 'table'>,
  {
    scheduleId,
    claim,
    from,
    to,
  }: { readonly scheduleId: string; readonly claim: Claim; readonly from: LanePool; readonly to: LanePool },
  slotCount: number,
): Promise<void> {
  const set: Record<string, { readonly $join: readonly [string, string] } | readonly number[]> = {};
  for (let slotIndex = 0; slotIndex < slotCount; slotIndex += 1) {
    const [source, target] = [laneOf(from, slotIndex), laneOf(to, slotIndex)];
    if ((claim.free[source] ?? []).length === 0) continue;
    set[`free.${target}`] = { $join: [`free.${target}`, `free.${source}`] };
    set[`free.${source}`] = [];
  }
  if (Object.keys(set).length > 0)
    await claims.update(table, scheduleId, { set }, { if: { status: 'OPEN' } });
}
