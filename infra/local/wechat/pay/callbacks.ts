import type { Desk } from './desk.ts';
import { callbackId } from './numbers.ts';
import type { Callback } from './records.ts';

/** What WeChat has to tell a merchant. */
export interface Notice {
  readonly mchid: string;
  readonly url: string;
  readonly eventType: string;
  readonly summary: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** After each sending that was not answered 200 or 204, in seconds: 24 hours and 4 minutes in all, then never again. */
export const RETRY_SECONDS = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
] as const;

/** The notification as it goes into the books; when it is due, and what is to go wrong, is settled here. */
export function noticesOf(
  { clock, knobs }: Pick<Desk, 'clock' | 'knobs'>,
  notice: Notice,
): Map<string, Callback> {
  const now = clock.now();
  const { delaySeconds, reordered } = knobs.get();
  const isLost = knobs.strikes('lost');
  let nextAt = now;
  if (knobs.strikes('delayed')) nextAt += delaySeconds * 1000;
  // The first of three waits three seconds, the last one: they come in the opposite order.
  if (knobs.strikes('reordered')) nextAt += reordered * 1000;
  const faults: Callback['faults'] = [];
  if (knobs.strikes('duplicates')) faults.push('duplicate');
  if (knobs.strikes('probes')) faults.push('probe');
  if (knobs.strikes('tampered')) faults.push('tamper');
  if (knobs.strikes('forged')) faults.push('forge');
  const callback: Callback = {
    ...notice,
    createdAt: now,
    attempts: 0,
    state: isLost ? 'LOST' : 'PENDING',
    ...(isLost ? {} : { nextAt }),
    faults,
  };
  return new Map([[callbackId(), callback]]);
}

/** The callback after one sending. */
export function afterSending(callback: Callback, isTaken: boolean, nowMs: number): Callback {
  const { nextAt: _, ...rest } = callback;
  const attempts = callback.attempts + 1;
  if (isTaken) return { ...rest, attempts, state: 'DELIVERED', faults: [] };
  const wait = RETRY_SECONDS[attempts - 1];
  if (wait === undefined) return { ...rest, attempts, state: 'GIVEN_UP', faults: [] };
  return { ...rest, attempts, faults: [], nextAt: nowMs + wait * 1000 };
}
