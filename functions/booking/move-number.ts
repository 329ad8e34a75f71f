import type { TransactOperation, WriteOptions } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { TICK } from './hold-number.ts';
import { type Lane, nextToken, tokenOf } from './numbers.ts';
import { type Claim, claims } from './store.ts';

/** A patient's number in one schedule given up for one in the same or another, each as it was read. */
export interface NumberMove {
  readonly patientId: string;
  readonly from: {
    readonly scheduleId: string;
    readonly claim: Claim;
    readonly mark: number;
    readonly freed: { readonly lane: Lane; readonly lookAgain: boolean };
  };
  readonly to: {
    readonly scheduleId: string;
    readonly claim: Claim;
    readonly lane: Lane;
    readonly token: number;
  };
}

/** Both schedules' claims; within one schedule it is a single update, since an item takes part only once. */
export function moveNumber(
  { clock }: Pick<Deps, 'clock'>,
  { patientId, from, to }: NumberMove,
): readonly TransactOperation[] {
  const holder = `holders.${patientId}`;
  const first = `free.${to.lane}[0]`;
  const timer: WriteOptions = from.freed.lookAgain ? { timer: { kind: TICK, at: instant(clock) } } : {};
  const given = nextToken(tokenOf(from.mark));
  if (from.scheduleId === to.scheduleId) {
    const free = { ...to.claim.free };
    free[to.lane] = (free[to.lane] ?? []).slice(1);
    free[from.freed.lane] = [...(free[from.freed.lane] ?? []), given];
    return [
      claims.updateOperation(
        to.scheduleId,
        { set: { free, [holder]: to.token } },
        { if: { status: 'OPEN', [holder]: from.mark, free: { eq: to.claim.free } }, ...timer },
      ),
    ];
  }
  return [
    claims.updateOperation(
      from.scheduleId,
      { remove: [holder], append: { [`free.${from.freed.lane}`]: [given] } },
      { if: { [holder]: from.mark }, ...timer },
    ),
    claims.updateOperation(
      to.scheduleId,
      { set: { [holder]: to.token }, remove: [first] },
      { if: { status: 'OPEN', [first]: to.token, [holder]: { exists: false } } },
    ),
  ];
}
