import { entity } from '../../shared/data/entity.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import type { Order, Refund, Settlement } from './store.ts';

/**
 * Double entry: every movement of money is one posting whose lines sum up to nothing (rule P2). It is written in the
 * very transaction of what moved it, under an id of its own, so that it is neither lost nor there twice.
 *
 * Accounts: `provider:<mchid>` what WeChat holds for us, `till:<institutionId>` what lies in a window's till,
 * `payee:<institutionId>` what an institution has earned. Debit is positive.
 */
export interface Posting {
  readonly postingId: string;
  readonly kind: 'PAYMENT' | 'REFUND';
  readonly at: string;
  readonly day: Day;
  readonly settlementId: string;
  readonly refundNo?: string;
  readonly lines: readonly PostingLine[];
}

export interface PostingLine {
  readonly account: string;
  readonly fen: number;
  readonly outTradeNo: string;
  readonly chargeId?: string;
}

export interface PostingId {
  readonly day: Day;
  readonly postingId: string;
}

export const postings = entity<PostingId, Posting>('payment', 'posting', ({ day, postingId }) => ({
  pk: `payment#ledger#${day}`,
  sk: `posting#${postingId}`,
}));

export class UnbalancedPosting extends Error {
  override readonly name = 'UnbalancedPosting';
}

/** The whole settlement has been paid: each order into its account, each line to its payee. */
export function postPayment(settlement: Settlement, at: string): TransactOperation {
  const { settlementId, orders, lines } = settlement;
  return post({
    postingId: `paid-${settlementId}`,
    kind: 'PAYMENT',
    at,
    settlementId,
    lines: [
      ...orders.map((order) => ({
        account: sourceOf(settlement, order),
        fen: order.totalFen,
        outTradeNo: order.outTradeNo,
      })),
      ...lines.map(({ payeeId, selfFen, outTradeNo, chargeId }) => ({
        account: payeeAccount(payeeId),
        fen: -selfFen,
        outTradeNo,
        chargeId,
      })),
    ],
  });
}

/** A refund has arrived: the same way back. */
export function postRefund(settlement: Settlement, refund: Refund, at: string): TransactOperation {
  const { settlementId, orders } = settlement;
  const { refundNo, amountFen, outTradeNo, payeeId, chargeId } = refund;
  const order = orders.find((each) => each.outTradeNo === outTradeNo);
  if (order === undefined) throw new Error('a refund of no order');
  return post({
    postingId: `refund-${refundNo}`,
    kind: 'REFUND',
    at,
    settlementId,
    refundNo,
    lines: [
      { account: sourceOf(settlement, order), fen: -amountFen, outTradeNo },
      { account: payeeAccount(payeeId), fen: amountFen, outTradeNo, chargeId },
    ],
  });
}

/** Where the money came in, and goes out again. */
function sourceOf({ onsite }: Settlement, { mchid }: Order): string {
  return onsite === undefined ? providerAccount(mchid) : tillAccount(onsite.institutionId);
}

/** @throws UnbalancedPosting */
export function post(posting: Omit<Posting, 'day'>): TransactOperation {
  const sum = posting.lines.reduce((total, { fen }) => total + fen, 0);
  if (sum !== 0) throw new UnbalancedPosting(posting.kind);
  const day = dayOf(posting.at);
  const id = { day, postingId: posting.postingId };
  return postings.putOperation(id, { ...posting, day }, { if: { $exists: false } });
}

export function providerAccount(mchid: string): string {
  return `provider:${mchid}`;
}

function tillAccount(institutionId: string): string {
  return `till:${institutionId}`;
}

export function payeeAccount(institutionId: string): string {
  return `payee:${institutionId}`;
}
