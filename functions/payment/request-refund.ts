import { eventFor } from '../../shared/data/events.ts';
import { DAY_MS } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { paymentErrors } from './errors.ts';
import { type PaymentDeps, policyNow } from './payment-deps.ts';
import {
  type Line,
  REFUND,
  type Refund,
  refundNoOf,
  refunds,
  type Settlement,
  settlements,
} from './store.ts';
import { openWork } from './worklist.ts';

export interface RefundRequest {
  readonly chargeId: string;
  /** The same key asks for the same refund: it is given once. */
  readonly key: string;
  readonly reason: string;
  /** Account, or `system`. */
  readonly by: string;
  /** Left out: all that is left of what was paid for the charge. */
  readonly amountFen?: number;
}

const MOST_ATTEMPTS = 8;

/**
 * Reserves the amount and writes the refund, both or neither: what is asked back never exceeds what was paid. Sending
 * it is the refund's timer. Undefined: nothing is left to give back.
 */
export async function askRefund(
  deps: PaymentDeps,
  settlementId: string,
  request: RefundRequest,
): Promise<Refund | undefined> {
  const refundNo = refundNoOf(settlementId, request.chargeId, request.key);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const before = await refunds.get(deps.table, { settlementId, refundNo }, { consistent: true });
    if (before !== undefined) return before;
    const settlement = await settlements.get(deps.table, settlementId, { consistent: true });
    if (settlement === undefined) throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
    const refund = judged(deps, settlement, refundNo, request);
    if (refund === undefined) return undefined;
    if (await written(deps, settlement, refund)) return refund;
  }
  throw houseErrors.refusal('CONFLICT');
}

function judged(
  deps: PaymentDeps,
  settlement: Settlement,
  refundNo: string,
  { chargeId, reason, by, amountFen }: RefundRequest,
): Refund | undefined {
  const { settlementId, patientId, status, lines, orders, paidAt } = settlement;
  if (status !== 'PAID' || paidAt === undefined)
    throw paymentErrors.refusal('WRONG_STATE', { context: { status } });
  const line = lines.find((each) => each.chargeId === chargeId);
  const order = orders.find(({ outTradeNo }) => outTradeNo === line?.outTradeNo);
  if (line === undefined || order === undefined) throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
  const leftFen = line.selfFen - line.refundAskedFen;
  const wantedFen = amountFen ?? leftFen;
  if (wantedFen > leftFen) throw paymentErrors.refusal('REFUND_TOO_MUCH', { context: { leftFen } });
  if (wantedFen <= 0) return undefined;
  // What the house itself owes is always asked for: if WeChat takes it no more, a person hears of it.
  const { withinDays, mostAnOrder } = policyNow(deps).refunds;
  if (by !== 'system' && Date.parse(paidAt) + withinDays * DAY_MS < deps.clock.now())
    throw paymentErrors.refusal('REFUND_TOO_LATE');
  if (by !== 'system' && order.refunds >= mostAnOrder) throw paymentErrors.refusal('REFUND_TOO_MANY');
  return {
    refundNo,
    settlementId,
    patientId,
    chargeId,
    outTradeNo: line.outTradeNo,
    payeeId: line.payeeId,
    amountFen: wantedFen,
    reason,
    status: 'REQUESTED',
    requestedAt: instant(deps.clock),
    requestedBy: by,
    attempts: 0,
  };
}

async function written(deps: PaymentDeps, settlement: Settlement, refund: Refund): Promise<boolean> {
  const { settlementId, method, onsite } = settlement;
  const { refundNo, amountFen, patientId } = refund;
  const { path, line } = placeOf(settlement, refund);
  const orderPath = orderPathOf(settlement, refund);
  const outcome = await deps.table.transact([
    settlements.updateOperation(
      settlementId,
      { add: { [`${path}.refundAskedFen`]: amountFen, [`${orderPath}.refunds`]: 1 } },
      { if: { status: 'PAID', [`${path}.refundAskedFen`]: line.refundAskedFen } },
    ),
    refunds.putOperation(refund, refund, {
      if: { $exists: false },
      event: eventFor(deps, 'payment.refund-requested', {
        data: { settlementId, refundNo, patientId, by: refund.requestedBy },
      }),
      ...(method === 'WECHAT' ? { timer: { kind: REFUND, at: instant(deps.clock) } } : {}),
    }),
    // Money from a till goes back over the same counter.
    ...(onsite === undefined ? [] : [openWork(deps, workOf(refund, 'REFUND_AT_DESK'))]),
  ]);
  return outcome.ok;
}

/** Where a refund stands on its institution's list, if it does. */
export function workIdOf({ payeeId, refundNo }: Pick<Refund, 'payeeId' | 'refundNo'>) {
  return { listId: payeeId, workItemId: `refund-${refundNo}` };
}

export function workOf(
  { settlementId, refundNo, payeeId, outTradeNo, amountFen }: Refund,
  kind: 'REFUND_ABNORMAL' | 'REFUND_CLOSED' | 'REFUND_REFUSED' | 'REFUND_AT_DESK',
) {
  return { ...workIdOf({ payeeId, refundNo }), kind, settlementId, refundNo, outTradeNo, ourFen: amountFen };
}

/** Where the refund's line stands in its settlement. */
export function placeOf(
  { lines }: Settlement,
  { chargeId }: Pick<Refund, 'chargeId'>,
): { readonly path: string; readonly line: Line } {
  const index = lines.findIndex((each) => each.chargeId === chargeId);
  const line = lines[index];
  if (line === undefined) throw new Error('a refund of no line');
  return { path: `lines[${index}]`, line };
}

export function orderPathOf({ orders }: Settlement, { outTradeNo }: Pick<Refund, 'outTradeNo'>): string {
  return `orders[${orders.findIndex((order) => order.outTradeNo === outTradeNo)}]`;
}
