import { readOpenid } from '../../shared/access/openid-view.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { LaunchParameters } from '../../shared/wechat/pay/signing.ts';
import { paymentErrors } from './errors.ts';
import { learnFromWeChat } from './learn-from-wechat.ts';
import { isOverdue } from './open-settlement.ts';
import { type PaymentDeps, weChatSide } from './payment-deps.ts';
import { placeOrder } from './settlement-at-wechat.ts';
import { type Settlement, settlements } from './store.ts';
import { signerOf } from './wechat-sides.ts';

const UNAVAILABLE = logEntry('PAYMENT_WECHAT_UNAVAILABLE', 'WeChat Pay gave nothing; the payer tries again');

/**
 * What `wx.requestPayment` wants. WeChat is asked every time, for the account that opened the settlement: the same order
 * once more is answered with a prepay id of it, and by whichever of them, it is paid once.
 */
export async function launchSettlement(deps: PaymentDeps, settlement: Settlement): Promise<LaunchParameters> {
  assertPayable(settlement);
  const { payBy } = settlement;
  if (isOverdue(deps, settlement)) throw paymentErrors.refusal('TOO_LATE_TO_PAY', { context: { payBy } });
  const { appId } = weChatSide(deps);
  const openid = await readOpenid(deps, settlement.openedBy);
  if (openid === undefined) throw paymentErrors.refusal('PAYER_UNKNOWN');
  const pay = await deps.weChatPay(signerOf(settlement));
  const prepared = await answered(deps, settlement, placeOrder(deps, settlement, openid));
  if (prepared.status !== 'READY') {
    assertPayable(await answered(deps, settlement, learnFromWeChat(deps, settlement)));
    throw paymentErrors.refusal('SETTLEMENT_CLOSED');
  }
  assertPayable(await afterPlacing(deps, settlement));
  return pay.launch(appId, prepared.prepayId);
}

/**
 * Rule P5: the order is at WeChat and the settlement, read after that, still PENDING. So whoever lets it go closes that
 * order first. A prepay id that nobody hears of cannot be paid.
 */
async function afterPlacing({ table }: PaymentDeps, { settlementId }: Settlement): Promise<Settlement> {
  const settlement = await settlements.get(table, settlementId, { consistent: true });
  if (settlement === undefined) throw new Error('a settlement is gone');
  return settlement;
}

/** One of the window is PAID from the start. */
function assertPayable({ status }: Pick<Settlement, 'status'>): void {
  if (status === 'PAID') throw paymentErrors.refusal('SETTLEMENT_PAID');
  if (status !== 'PENDING') throw paymentErrors.refusal('SETTLEMENT_CLOSED');
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
