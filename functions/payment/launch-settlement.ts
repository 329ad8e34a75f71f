import { readOpenid } from '../../shared/access/openid-view.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { LaunchParameters } from '../../shared/wechat/pay/signing.ts';
import { paymentErrors } from './errors.ts';
import { learnFromWeChat } from './learn-from-wechat.ts';
import { type PaymentDeps, weChatSide } from './payment-deps.ts';
import { placeOrder } from './settlement-at-wechat.ts';
import { type Settlement, settlements } from './store.ts';
import { signerOf } from './wechat-sides.ts';

const UNAVAILABLE = logEntry('PAYMENT_WECHAT_UNAVAILABLE', 'WeChat Pay gave nothing; the payer tries again');

/** A prepay id is good for two hours; a little less, so that the payer has time. */
const PREPAY_FOR_MS = 110 * 60_000;

/** What `wx.requestPayment` wants. Every call gives a fresh one of the same order. */
export async function launchSettlement(
  deps: PaymentDeps,
  settlement: Settlement,
  accountId: string,
): Promise<LaunchParameters> {
  assertPayable(settlement);
  const { appId } = weChatSide(deps);
  const openid = await readOpenid(deps, accountId);
  if (openid === undefined) throw paymentErrors.refusal('PAYER_UNKNOWN');
  const pay = await deps.weChatPay(signerOf(settlement));
  const { prepay } = settlement;
  if (prepay !== undefined && Date.parse(prepay.at) + PREPAY_FOR_MS > deps.clock.now())
    return pay.launch(appId, prepay.id);
  const prepared = await answered(deps, settlement, placeOrder(deps, settlement, openid));
  if (prepared.status !== 'READY') {
    assertPayable(await answered(deps, settlement, learnFromWeChat(deps, settlement)));
    throw paymentErrors.refusal('SETTLEMENT_CLOSED');
  }
  // Only while it may be paid: a prepay id that nobody hears of cannot be paid.
  const outcome = await settlements.update(
    deps.table,
    settlement.settlementId,
    { set: { prepay: { id: prepared.prepayId, at: instant(deps.clock) } } },
    { if: { status: 'PENDING' } },
  );
  if (!outcome.ok && outcome.current !== undefined) assertPayable(outcome.current);
  return pay.launch(appId, prepared.prepayId);
}

function assertPayable({ status, method }: Pick<Settlement, 'status' | 'method'>): void {
  if (status === 'PAID') throw paymentErrors.refusal('SETTLEMENT_PAID');
  if (status !== 'PENDING' || method !== 'WECHAT') throw paymentErrors.refusal('SETTLEMENT_CLOSED');
}

async function answered<T>(
  deps: PaymentDeps,
  { settlementId }: Pick<Settlement, 'settlementId'>,
  asked: Promise<T>,
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof WeChatPayError)) throw error;
    deps.log.warn(UNAVAILABLE, { settlementId }, error);
    throw paymentErrors.refusal('PAY_UNAVAILABLE', { cause: error });
  }
}
