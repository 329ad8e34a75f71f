import { feeOf } from './accounts.ts';
import { type Notice, noticesOf } from './callbacks.ts';
import type { Desk } from './desk.ts';
import { refundNoticeOf } from './order-views.ts';
import type { Callback, Order, RefundRecord } from './records.ts';

/**
 * Ends a refund, or ends one anew that was ABNORMAL (a clerk gives the money back by another way). Answers the ids of
 * the notifications; none when there is nothing to end.
 */
export function endRefund(desk: Desk, id: string, ending: RefundRecord['ending']): readonly string[] {
  const refund = desk.books.get('refund', id);
  const order = desk.books.get('order', refund?.order ?? '');
  if (refund === undefined || order === undefined) return [];
  if (refund.state !== 'PROCESSING' && refund.state !== 'ABNORMAL') return [];
  const now = desk.clock.now();
  const { endsAt: _, ...rest } = refund;
  const ended: RefundRecord = {
    ...rest,
    state: ending,
    ends: [...refund.ends, { at: now, state: ending }],
  };
  const isReturned = ending === 'CLOSED';
  const callbacks = noticeOf(desk, ended, order);
  desk.books.write({
    refund: new Map([[id, ended]]),
    callback: callbacks,
    ...(isReturned
      ? {
          order: new Map([[refund.order, { ...order, refundedFen: order.refundedFen - refund.refundFen }]]),
          entry: new Map([
            [`returned ${refund.refundId}`, { ...returned(desk, ended, order, now), refund: id }],
          ]),
        }
      : {}),
  });
  return [...callbacks.keys()];
}

function noticeOf(desk: Desk, refund: RefundRecord, order: Order): ReadonlyMap<string, Callback> {
  if (refund.notifyUrl === undefined) return new Map();
  const notice: Notice = {
    mchid: refund.mchid,
    url: refund.notifyUrl,
    eventType: `REFUND.${refund.state}`,
    summary: { SUCCESS: '退款成功', CLOSED: '退款关闭', ABNORMAL: '退款异常', PROCESSING: '' }[refund.state],
    resource: refundNoticeOf(refund, order),
  };
  return noticesOf(desk, notice);
}

function returned(desk: Desk, { refundFen, order: orderId }: RefundRecord, order: Order, now: number) {
  return {
    at: now,
    kind: 'REFUND_RETURNED' as const,
    amountFen: refundFen,
    feeFen: feeOf(desk, order, refundFen),
    account: order.subMchid ?? order.mchid,
    order: orderId,
  };
}
