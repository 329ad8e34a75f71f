import type { Item } from '../../shared/data/table.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { Refund as WeChatRefund } from '../../shared/wechat/pay/refunds.ts';
import { applyRefundState, refundFailed } from './end-refund.ts';
import { type PaymentDeps, policyNow, weChatSide } from './payment-deps.ts';
import { REFUND, type Refund, refunds, type Settlement, settlements } from './store.ts';
import { payeeOf } from './wechat-sides.ts';

const IN_VAIN = logEntry(
  'PAYMENT_REFUND_IN_VAIN',
  'WeChat Pay gave nothing about a refund; tried again later',
);

/** The refund's timer: sends it until WeChat has it, then asks until it has ended. Always under the same number. */
export async function followRefund(deps: PaymentDeps, item: Item): Promise<void> {
  const id = refunds.from(item);
  const [refund, settlement] = await Promise.all([
    refunds.get(deps.table, id, { consistent: true }),
    settlements.get(deps.table, id.settlementId, { consistent: true }),
  ]);
  if (refund === undefined || settlement === undefined || !isUnderWay(refund)) return;
  await attempted(deps, settlement, refund);
  await lookAgain(deps, refund);
}

function isUnderWay({ status }: Pick<Refund, 'status'>): boolean {
  return status === 'REQUESTED' || status === 'PROCESSING';
}

async function attempted(deps: PaymentDeps, settlement: Settlement, refund: Refund): Promise<void> {
  try {
    const answer = await askWeChat(deps, settlement, refund);
    await applyRefundState(deps, refund, answer.state, answer.refundedAt);
  } catch (error) {
    if (!(error instanceof WeChatPayError)) throw error;
    const { settlementId, refundNo } = refund;
    deps.log.warn(IN_VAIN, { settlementId, refundNo }, error);
    // A plain no will stay one: the same call, sent again, could only hear it again.
    const isFinal = error.fault === 'REFUSED' && !error.retryable && !error.outcomeUnknown;
    if (isFinal && error.code !== FREQUENCY)
      await refundFailed(deps, refund, 'CLOSED', error.code ?? 'REFUSED');
  }
}

/** WeChat wants a minute between two refunds of one order. */
const FREQUENCY = 'FREQUENCY_LIMITED';

async function askWeChat(
  deps: PaymentDeps,
  { orders }: Settlement,
  { status, outTradeNo, refundNo, amountFen, reason }: Refund,
): Promise<WeChatRefund> {
  const order = orders.find((each) => each.outTradeNo === outTradeNo);
  if (order === undefined) throw new Error('a refund of no order');
  const { appId, notifyUrl } = weChatSide(deps);
  const pay = await deps.weChatPay(order.mchid);
  const payee = payeeOf(order, appId);
  if (status === 'PROCESSING') {
    const known = await pay.queryRefund(payee, refundNo);
    if (known !== undefined) return known;
  }
  return pay.refund(payee, {
    outTradeNo,
    outRefundNo: refundNo,
    refundFen: amountFen,
    totalFen: order.totalFen,
    reason,
    notifyUrl: notifyUrl(order.mchid),
  });
}

async function lookAgain(deps: PaymentDeps, refund: Refund): Promise<void> {
  const { retryAfterSeconds } = policyNow(deps).refunds;
  const pause = retryAfterSeconds[Math.min(refund.attempts, retryAfterSeconds.length - 1)] ?? 60;
  const at = new Date(deps.clock.now() + pause * 1000).toISOString();
  await refunds.update(
    deps.table,
    refund,
    { add: { attempts: 1 } },
    { if: { status: { in: ['REQUESTED', 'PROCESSING'] } }, timer: { kind: REFUND, at } },
  );
}
