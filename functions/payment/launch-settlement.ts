import { readOpenid } from '../../shared/access/openid-view.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import type { PrepayOutcome } from '../../shared/wechat/pay/orders.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { LaunchParameters } from '../../shared/wechat/pay/signing.ts';
import { learnFromWeChat } from './check-settlement.ts';
import { paymentErrors } from './errors.ts';
import { type PaymentDeps, paymentSettings } from './payment-deps.ts';
import { type Order, type Settlement, settlements } from './store.ts';
import { payeeOf, signerOf } from './wechat-sides.ts';

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
  const { appId } = paymentSettings(deps).wechat ?? {};
  const openid = await readOpenid(deps, accountId);
  if (appId === undefined || openid === undefined) throw paymentErrors.refusal('PAYER_UNKNOWN');
  const pay = await deps.weChatPay(signerOf(settlement));
  const { prepay } = settlement;
  if (prepay !== undefined && Date.parse(prepay.at) + PREPAY_FOR_MS > deps.clock.now())
    return pay.launch(appId, prepay.id);
  const prepared = await prepayFor(deps, settlement, { appId, openid });
  if (prepared.status !== 'READY') {
    assertPayable(await learnFromWeChat(deps, settlement));
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

interface Payer {
  readonly appId: string;
  readonly openid: string;
}

async function prepayFor(deps: PaymentDeps, settlement: Settlement, payer: Payer): Promise<PrepayOutcome> {
  try {
    return await placeOrder(deps, settlement, payer);
  } catch (error) {
    if (!(error instanceof WeChatPayError)) throw error;
    deps.log.warn(UNAVAILABLE, { settlementId: settlement.settlementId }, error);
    throw paymentErrors.refusal('PAY_UNAVAILABLE', { cause: error });
  }
}

async function placeOrder(
  deps: PaymentDeps,
  settlement: Settlement,
  { appId, openid }: Payer,
): Promise<PrepayOutcome> {
  const { settlementId, orders, payBy, combinedBy, lines } = settlement;
  const signer = signerOf(settlement);
  const pay = await deps.weChatPay(signer);
  const common = {
    payerOpenid: openid,
    notifyUrl: `https://${paymentSettings(deps).domain ?? 'localhost'}/payment/notifications/wechat/${signer}`,
    payBy,
  };
  const [only] = orders;
  if (combinedBy === undefined && only !== undefined) {
    const { outTradeNo, totalFen } = only;
    const description = descriptionOf(lines);
    return pay.prepay(payeeOf(only, appId), { ...common, outTradeNo, totalFen, description });
  }
  return pay.prepayCombined({
    ...common,
    appid: appId,
    mchid: signer,
    combineOutTradeNo: settlementId,
    subOrders: orders.map((order) => ({
      ...subOrderOf(order),
      description: descriptionOf(linesOf(order, lines)),
    })),
  });
}

function subOrderOf({ mchid, subMchid, outTradeNo, totalFen }: Order) {
  return { mchid, ...(subMchid === undefined ? {} : { subMchid }), outTradeNo, attach: outTradeNo, totalFen };
}

function linesOf({ outTradeNo }: Order, lines: Settlement['lines']): Settlement['lines'] {
  return lines.filter((line) => line.outTradeNo === outTradeNo);
}

const NAMES: Readonly<Record<Settlement['lines'][number]['category'], string>> = {
  REGISTRATION: '挂号费',
  EXAMINATION: '检查费',
  MEDICATION: '药费',
  SERVICE_PACKAGE: '签约服务费',
  OTHER: '医疗服务费',
};

/** What the payer reads on the receipt: kinds of fees, nothing of the visit. */
export function descriptionOf(lines: readonly Pick<Settlement['lines'][number], 'category'>[]): string {
  return [...new Set(lines.map(({ category }) => NAMES[category]))].join('、');
}
