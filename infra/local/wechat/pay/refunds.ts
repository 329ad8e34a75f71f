import { feeOf } from './accounts.ts';
import { type PayAnswer, Refused } from './answers.ts';
import { type Desk, recordId } from './desk.ts';
import type { PayMerchant } from './merchants.ts';
import { fingerprint, refundId } from './numbers.ts';
import { refundOf } from './order-views.ts';
import type { Order, RefundRecord } from './records.ts';
import { endRefund } from './refund-end.ts';
import { newRefund, parsed } from './requests.ts';

/** Refunds: what WeChat accepts. */

const YEAR_MS = 365 * 86_400_000;
const MOST_PARTS = 50;
const APART_MS = 60_000;

/** From acceptance to the payer's account. */
const TAKES_MS = 5_000;

/** The answer, and with the fault `early` the notifications that go out before it. */
export function refund(
  desk: Desk,
  merchant: PayMerchant,
  body: unknown,
): { readonly answer: PayAnswer; readonly early: readonly string[] } {
  const given = parsed(newRefund, body);
  const { orderId, order } = orderOf(desk, merchant, given);
  const id = recordId(merchant.mchid, given.out_refund_no);
  const print = fingerprint({
    ...given,
    transaction_id: order.transactionId,
    out_trade_no: order.outTradeNo,
  });
  const known = desk.books.get('refund', id);
  if (known !== undefined) {
    // The same number again is the same refund, as it now stands.
    if (known.fingerprint !== print) throw new Refused('REFUND_MISMATCH');
    return { answer: { status: 200, body: refundOf(known, order) }, early: [] };
  }
  const now = desk.clock.now();
  assertRefundable(order, given.amount, now);
  if (desk.knobs.strikes('notEnough')) throw new Refused('NOT_ENOUGH');
  const accepted: RefundRecord = {
    refundId: refundId(now),
    outRefundNo: given.out_refund_no,
    mchid: merchant.mchid,
    ...(order.subMchid === undefined ? {} : { subMchid: order.subMchid }),
    order: orderId,
    totalFen: order.totalFen,
    refundFen: given.amount.refund,
    ...(given.notify_url === undefined ? {} : { notifyUrl: given.notify_url }),
    fingerprint: print,
    acceptedAt: now,
    state: 'PROCESSING',
    endsAt: now + TAKES_MS,
    ending: endingOf(desk),
    ends: [],
  };
  const charged: Order = {
    ...order,
    state: 'REFUND',
    refundedFen: order.refundedFen + accepted.refundFen,
    refunds: order.refunds + 1,
    lastRefundAt: now,
  };
  desk.books.write({
    refund: new Map([[id, accepted]]),
    order: new Map([[orderId, charged]]),
    entry: new Map([
      [
        `refund ${accepted.refundId}`,
        {
          at: now,
          kind: 'REFUND',
          amountFen: -accepted.refundFen,
          feeFen: -feeOf(desk, order, accepted.refundFen),
          account: order.subMchid ?? order.mchid,
          order: orderId,
          refund: id,
        },
      ],
    ]),
  });
  const answer = { status: 200, body: refundOf(accepted, charged) };
  const isEarly = desk.knobs.get().early > 0 && accepted.notifyUrl !== undefined;
  return { answer, early: isEarly ? endRefund(desk, id, accepted.ending) : [] };
}

export function showRefund(
  desk: Desk,
  merchant: PayMerchant,
  number: string,
  query: URLSearchParams,
): PayAnswer {
  const known = desk.books.get('refund', recordId(merchant.mchid, number));
  if (known === undefined || (known.subMchid ?? null) !== query.get('sub_mchid')) {
    throw new Refused('REFUND_NOT_EXISTS');
  }
  const order = desk.books.get('order', known.order);
  if (order === undefined) throw new Refused('REFUND_NOT_EXISTS');
  return { status: 200, body: refundOf(known, order) };
}

function orderOf(
  desk: Desk,
  merchant: PayMerchant,
  given: {
    readonly transaction_id?: string | undefined;
    readonly out_trade_no?: string | undefined;
    readonly sub_mchid?: string | undefined;
  },
) {
  const byNumber = given.out_trade_no && recordId(merchant.mchid, given.out_trade_no);
  const orderId = byNumber ?? desk.books.get('transaction', given.transaction_id ?? '')?.order;
  if (orderId === undefined) throw new Refused('PARAM_ERROR');
  const order = desk.books.get('order', orderId);
  if (order === undefined || order.mchid !== merchant.mchid || order.subMchid !== given.sub_mchid) {
    throw new Refused('REFUND_ORDER_NOT_EXISTS');
  }
  return { orderId, order };
}

function assertRefundable(
  order: Order,
  amount: { readonly total: number; readonly refund: number },
  now: number,
): void {
  if (order.paidAt === undefined) throw new Refused('REFUND_UNPAID');
  if (amount.total !== order.totalFen) throw new Refused('REFUND_TOTAL');
  if (now > order.paidAt + YEAR_MS) throw new Refused('REFUND_TOO_LATE');
  if (order.refundedFen === order.totalFen) throw new Refused('REFUND_ALL_DONE');
  if (order.refundedFen + amount.refund > order.totalFen) throw new Refused('REFUND_TOO_MUCH');
  if (order.refunds >= MOST_PARTS) throw new Refused('REFUND_TOO_MANY');
  if (order.lastRefundAt !== undefined && now < order.lastRefundAt + APART_MS) {
    throw new Refused('REFUND_TOO_SOON');
  }
}

function endingOf({ knobs }: Desk): RefundRecord['ending'] {
  if (knobs.strikes('abnormalRefunds')) return 'ABNORMAL';
  return knobs.strikes('closedRefunds') ? 'CLOSED' : 'SUCCESS';
}
