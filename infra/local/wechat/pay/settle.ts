import { feeOf } from './accounts.ts';
import { noticesOf } from './callbacks.ts';
import { type Desk, recordId } from './desk.ts';
import { transactionId } from './numbers.ts';
import { combinedTradeOf, tradeOf } from './order-views.ts';
import type { CombinedOrder, Entry, Order } from './records.ts';

/** What is being paid: one order, or a combined one with all its parts. */
export interface Payable {
  /** Of the whole. */
  readonly id: string;
  readonly whole: Order | CombinedOrder;
  readonly orders: readonly Order[];
}

/** Money moves, the books say so, and the notification is due: in one write. Answers the notification's id. */
export function settle(desk: Desk, { id: wholeId, whole, orders }: Payable): readonly string[] {
  const now = desk.clock.now();
  const paid = orders.map(
    (order): Order => ({ ...order, state: 'SUCCESS', paidAt: now, transactionId: transactionId(now) }),
  );
  const ids = new Map(paid.map((order) => [recordId(order.mchid, order.outTradeNo), order]));
  const combined = 'subOrders' in whole ? { ...whole, state: 'SUCCESS' as const } : undefined;
  const resource = combined === undefined ? paid.map(tradeOf)[0] : combinedTradeOf(combined, paid);
  const { mchid, notifyUrl: url } = whole;
  const callbacks = noticesOf(desk, {
    mchid,
    url,
    eventType: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource: resource ?? {},
  });
  desk.books.write({
    order: ids,
    ...(combined === undefined ? {} : { combined: new Map([[wholeId, combined]]) }),
    transaction: new Map([...ids].map(([id, order]) => [order.transactionId ?? '', { order: id }])),
    entry: new Map(
      [...ids].map(([id, order]) => [`payment ${order.transactionId}`, payment(desk, id, order)]),
    ),
    callback: callbacks,
  });
  return [...callbacks.keys()];
}

function payment(desk: Desk, id: string, order: Order): Entry {
  return {
    at: desk.clock.now(),
    kind: 'PAYMENT',
    amountFen: order.totalFen,
    feeFen: feeOf(desk, order, order.totalFen),
    account: order.subMchid ?? order.mchid,
    order: id,
  };
}
