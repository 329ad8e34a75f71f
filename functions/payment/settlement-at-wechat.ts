import type { PaidCombinedTrade } from '../../shared/wechat/pay/combined-trade.ts';
import type { CloseOutcome, PrepayOutcome } from '../../shared/wechat/pay/orders.ts';
import { isPaid, type PaidTrade } from '../../shared/wechat/pay/trade.ts';
import { type PaymentDeps, weChatSide } from './payment-deps.ts';
import type { Order, Settlement } from './store.ts';
import { payeeOf, signerOf } from './wechat-sides.ts';

/** What WeChat says was paid, by notification or by query. */
export interface Paid extends Pick<PaidTrade, 'appid' | 'mchid' | 'paidAt'> {
  readonly orders: readonly PaidOrder[];
}

/** Its own time may be on the other side of midnight. */
interface PaidOrder
  extends Pick<PaidTrade, 'mchid' | 'paidAt' | 'outTradeNo' | 'transactionId' | 'totalFen'> {
  readonly subMchid?: string | undefined;
}

export function fromTrade(trade: PaidTrade): Paid {
  const { appid, mchid, paidAt, outTradeNo, transactionId, totalFen } = trade;
  const subMchid = 'subMchid' in trade ? trade.subMchid : undefined;
  const order = { mchid, subMchid, paidAt, outTradeNo, transactionId, totalFen };
  return { appid, mchid, paidAt, orders: [order] };
}

export function fromCombined({ appid, mchid, subOrders }: PaidCombinedTrade): Paid {
  const [first] = subOrders;
  return { appid, mchid, paidAt: first?.paidAt ?? '', orders: subOrders };
}

/**
 * The three things WeChat is asked of a settlement, as one order or as a combined one: place it, tell of it, close it.
 * Each throws WeChatPayError when WeChat gave nothing.
 */

export async function placeOrder(
  deps: PaymentDeps,
  settlement: Settlement,
  payerOpenid: string,
): Promise<PrepayOutcome> {
  const { settlementId, orders, payBy, combinedBy, lines } = settlement;
  const signer = signerOf(settlement);
  const pay = await deps.weChatPay(signer);
  const { appId, notifyUrl } = weChatSide(deps);
  const common = { payerOpenid, notifyUrl: notifyUrl(signer), payBy };
  const [only] = orders;
  if (combinedBy === undefined && only !== undefined) {
    const { outTradeNo, totalFen } = only;
    return pay.prepay(payeeOf(only, appId), {
      ...common,
      outTradeNo,
      totalFen,
      description: descriptionOf(lines),
    });
  }
  return pay.prepayCombined({
    ...common,
    appid: appId,
    mchid: signer,
    combineOutTradeNo: settlementId,
    subOrders: orders.map((order) => ({
      ...numbersOf(order),
      attach: order.outTradeNo,
      totalFen: order.totalFen,
      description: descriptionOf(lines.filter(({ outTradeNo }) => outTradeNo === order.outTradeNo)),
    })),
  });
}

/** Undefined: it is not paid, or WeChat has never heard of it. */
export async function queryPaid(deps: PaymentDeps, settlement: Settlement): Promise<Paid | undefined> {
  const { settlementId, combinedBy, orders } = settlement;
  const pay = await deps.weChatPay(signerOf(settlement));
  if (combinedBy !== undefined) {
    const trade = await pay.queryCombined(settlementId);
    return trade?.isPaid === true ? fromCombined(trade) : undefined;
  }
  const [order] = orders;
  if (order === undefined) return undefined;
  const trade = await pay.queryOrder(payeeOf(order, weChatSide(deps).appId), {
    outTradeNo: order.outTradeNo,
  });
  return trade !== undefined && isPaid(trade) ? fromTrade(trade) : undefined;
}

export async function closeOrder(deps: PaymentDeps, settlement: Settlement): Promise<CloseOutcome> {
  const { settlementId, combinedBy, orders } = settlement;
  const pay = await deps.weChatPay(signerOf(settlement));
  const { appId } = weChatSide(deps);
  if (combinedBy !== undefined) {
    const subOrders = orders.map(numbersOf);
    return pay.closeCombined({ appid: appId, mchid: combinedBy, combineOutTradeNo: settlementId, subOrders });
  }
  const [order] = orders;
  return order === undefined ? 'UNKNOWN' : pay.closeOrder(payeeOf(order, appId), order.outTradeNo);
}

function numbersOf({ mchid, subMchid, outTradeNo }: Order) {
  return { mchid, ...(subMchid === undefined ? {} : { subMchid }), outTradeNo };
}

const NAMES: Readonly<Record<Settlement['lines'][number]['category'], string>> = {
  REGISTRATION: '挂号费',
  EXAMINATION: '检查费',
  MEDICATION: '药费',
  SERVICE_PACKAGE: '签约服务费',
  OTHER: '医疗服务费',
};

/** What the payer reads on the receipt: kinds of fees, nothing of the visit. */
function descriptionOf(lines: Settlement['lines']): string {
  return [...new Set(lines.map(({ category }) => NAMES[category]))].join('、');
}
