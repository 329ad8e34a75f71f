import type { CombinedOrder, Order } from './records.ts';

/** When an order can be paid. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const PREPAY_MS = 2 * 3_600_000;

/**
 * From the moment an order is placed. A time under a minute or over ninety days is moved there, not refused; without
 * one WeChat closes the order after seven days. A time that has run out closes nothing.
 */
export function payableWindow(
  nowMs: number,
  timeExpire: string | undefined,
): { readonly payableUntil: number; readonly closesAt?: number } {
  if (timeExpire === undefined) return { payableUntil: nowMs + 7 * DAY_MS, closesAt: nowMs + 7 * DAY_MS };
  const asked = Date.parse(timeExpire);
  return { payableUntil: Math.min(Math.max(asked, nowMs + MINUTE_MS), nowMs + 90 * DAY_MS) };
}

/** The order as it is now: WeChat's own closing happens whenever somebody looks. */
export function asOf<T extends Order | CombinedOrder>(order: T, nowMs: number): T {
  const isClosed = order.state === 'NOTPAY' && order.closesAt !== undefined && nowMs >= order.closesAt;
  return isClosed ? { ...order, state: 'CLOSED' } : order;
}
