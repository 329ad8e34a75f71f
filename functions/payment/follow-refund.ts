import type { Item } from '../../shared/data/table.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { Refund as WeChatRefund } from '../../shared/wechat/pay/refunds.ts';
import { applyRefundState, refundFailed } from './end-refund.ts';
import { isInVain } from './merchants.ts';
import { afterPause } from './pauses.ts';
import { type PaymentDeps, policyNow, weChatSide } from './payment-deps.ts';
import { workIdOf, workOf } from './request-refund.ts';
import { REFUND, type Refund, refunds, type Settlement, settlements } from './store.ts';
import { payeeOf } from './wechat-sides.ts';
import { openWork, resolveWork, SYSTEM } from './worklist.ts';

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
    if ('refusal' in answer) await refundFailed(deps, refund, 'CLOSED', answer.refusal);
    else await taken(deps, refund, answer);
  } catch (error) {
    if (!isInVain(error)) throw error;
    const { settlementId, refundNo } = refund;
    const isAnswer = error instanceof WeChatPayError;
    deps.log[isAnswer ? 'warn' : 'error'](IN_VAIN, { settlementId, refundNo }, error);
    if (isAnswer && isLongRefused(deps, refund) && error.fault === 'REFUSED' && error.code !== FREQUENCY)
      await deps.table.transact([openWork(deps, workOf(refund, 'REFUND_REFUSED'))]);
  }
}

async function taken(deps: PaymentDeps, refund: Refund, { state, refundedAt }: WeChatRefund): Promise<void> {
  if (isLongRefused(deps, refund))
    await resolveWork(deps, workIdOf(refund), { by: SYSTEM, note: 'WeChat has taken it' });
  await applyRefundState(deps, refund, state, refundedAt);
}

/** All pauses are through: a merchant's account that stays empty is filled by nobody who has not heard of it. */
function isLongRefused(deps: PaymentDeps, { status, attempts }: Refund): boolean {
  return status === 'REQUESTED' && attempts >= policyNow(deps).refunds.retryAfterSeconds.length;
}

async function askWeChat(
  deps: PaymentDeps,
  settlement: Settlement,
  refund: Refund,
): Promise<WeChatRefund | { readonly refusal: string }> {
  const { outTradeNo, refundNo, amountFen, reason } = refund;
  const { pay, payee, order } = await weChatOf(deps, settlement, refund);
  if (refund.status === 'PROCESSING') {
    const known = await pay.queryRefund(payee, refundNo);
    if (known !== undefined) return known;
  }
  try {
    return await pay.refund(payee, {
      outTradeNo,
      outRefundNo: refundNo,
      refundFen: amountFen,
      totalFen: order.totalFen,
      reason,
      notifyUrl: weChatSide(deps).notifyUrl(order.mchid),
    });
  } catch (error) {
    const refusal = finalRefusalOf(error);
    if (refusal === undefined) throw error;
    // An earlier call may have been carried out and never answered: asked for anew under another number, the money
    // would go back twice. Only what WeChat does not know has not come about.
    return (await pay.queryRefund(payee, refundNo)) ?? { refusal };
  }
}

/** WeChat wants a minute between two refunds of one order. */
const FREQUENCY = 'FREQUENCY_LIMITED';

/** A plain no will stay one: the same call, sent again, could only hear it again. Of our signature it says nothing. */
function finalRefusalOf(error: unknown): string | undefined {
  if (!(error instanceof WeChatPayError) || error.fault !== 'REFUSED' || error.status === 401)
    return undefined;
  if (error.retryable || error.outcomeUnknown || error.code === FREQUENCY) return undefined;
  return error.code ?? 'REFUSED';
}

/** Takes in how a refund stands at WeChat, where a clerk may have given it by another way. @throws WeChatPayError */
export async function learnRefund(deps: PaymentDeps, settlement: Settlement, refund: Refund): Promise<void> {
  const { pay, payee } = await weChatOf(deps, settlement, refund);
  const known = await pay.queryRefund(payee, refund.refundNo);
  if (known !== undefined) await applyRefundState(deps, refund, known.state, known.refundedAt);
}

async function weChatOf(deps: PaymentDeps, { orders }: Settlement, { outTradeNo }: Refund) {
  const order = orders.find((each) => each.outTradeNo === outTradeNo);
  if (order === undefined) throw new Error('a refund of no order');
  return { pay: await deps.weChatPay(order.mchid), payee: payeeOf(order, weChatSide(deps).appId), order };
}

async function lookAgain(deps: PaymentDeps, refund: Refund): Promise<void> {
  const at = afterPause(deps.clock, policyNow(deps).refunds.retryAfterSeconds, refund.attempts);
  await refunds.update(
    deps.table,
    refund,
    { add: { attempts: 1 } },
    { if: { status: { in: ['REQUESTED', 'PROCESSING'] } }, timer: { kind: REFUND, at } },
  );
}
