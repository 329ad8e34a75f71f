import { rfc3339 } from './numbers.ts';
import type { CombinedOrder, Order, RefundRecord } from './records.ts';

/** Records in WeChat's words, the same in answers and in notifications. */

const STATES: Readonly<Record<Order['state'], string>> = {
  NOTPAY: '订单未支付',
  USERPAYING: '用户支付中',
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  CLOSED: '订单已关闭',
};

const BANK = 'CMB_CREDIT';
const CARD = '招商银行信用卡0403';

export function tradeOf(order: Order): Readonly<Record<string, unknown>> {
  const { outTradeNo, state, totalFen } = order;
  const unpaid = {
    ...sidesOf(order),
    out_trade_no: outTradeNo,
    trade_state: state,
    trade_state_desc: STATES[state],
    attach: order.attach ?? '',
    scene_info: {},
    promotion_detail: [],
  };
  if (order.paidAt === undefined) return { ...unpaid, amount: { total: totalFen, payer_currency: 'CNY' } };
  return {
    ...unpaid,
    transaction_id: order.transactionId,
    trade_type: 'JSAPI',
    bank_type: BANK,
    success_time: rfc3339(order.paidAt),
    payer: payerOf(order),
    amount: { total: totalFen, payer_total: totalFen, currency: 'CNY', payer_currency: 'CNY' },
  };
}

export function combinedTradeOf(
  combined: CombinedOrder,
  subOrders: readonly Order[],
): Readonly<Record<string, unknown>> {
  const isPaid = combined.state === 'SUCCESS';
  return {
    combine_appid: combined.appid,
    combine_mchid: combined.mchid,
    combine_out_trade_no: combined.outTradeNo,
    ...(isPaid ? { combine_payer_info: { openid: combined.openid } } : {}),
    sub_orders: subOrders.map((order) => ({
      mchid: order.mchid,
      ...(order.subMchid === undefined ? {} : { sub_mchid: order.subMchid }),
      out_trade_no: order.outTradeNo,
      attach: order.attach,
      trade_state: isPaid ? order.state : combined.state,
      ...(order.paidAt === undefined
        ? {}
        : {
            trade_type: 'JSAPI',
            bank_type: BANK,
            transaction_id: order.transactionId,
            success_time: rfc3339(order.paidAt),
            amount: {
              total_amount: order.totalFen,
              currency: 'CNY',
              payer_amount: order.totalFen,
              payer_currency: 'CNY',
            },
          }),
    })),
  };
}

export function refundOf(refund: RefundRecord, order: Order): Readonly<Record<string, unknown>> {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: order.transactionId,
    out_trade_no: order.outTradeNo,
    channel: 'ORIGINAL',
    user_received_account: CARD,
    ...successTimeOf(refund),
    create_time: rfc3339(refund.acceptedAt),
    status: refund.state,
    funds_account: 'AVAILABLE',
    amount: {
      ...amountsOf(refund),
      settlement_refund: refund.refundFen,
      settlement_total: refund.totalFen,
      discount_refund: 0,
      currency: 'CNY',
    },
    promotion_detail: [],
  };
}

/** A notification of a refund says the same in other fields. */
export function refundNoticeOf(refund: RefundRecord, order: Order): Readonly<Record<string, unknown>> {
  return {
    ...(refund.subMchid === undefined
      ? { mchid: refund.mchid }
      : { sp_mchid: refund.mchid, sub_mchid: refund.subMchid }),
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.state,
    ...successTimeOf(refund),
    user_received_account: CARD,
    amount: amountsOf(refund),
  };
}

function successTimeOf({ ends }: RefundRecord) {
  const last = ends.at(-1);
  return last?.state === 'SUCCESS' ? { success_time: rfc3339(last.at) } : {};
}

function amountsOf({ totalFen, refundFen }: RefundRecord) {
  return { total: totalFen, refund: refundFen, payer_total: totalFen, payer_refund: refundFen };
}

function sidesOf({ appid, mchid, subAppid, subMchid }: Order) {
  if (subMchid === undefined) return { appid, mchid };
  return {
    sp_appid: appid,
    sp_mchid: mchid,
    sub_mchid: subMchid,
    ...(subAppid === undefined ? {} : { sub_appid: subAppid }),
  };
}

function payerOf({ openid, subAppid, subMchid }: Order) {
  if (subMchid === undefined) return { openid };
  return subAppid === undefined ? { sp_openid: openid } : { sub_openid: openid };
}
