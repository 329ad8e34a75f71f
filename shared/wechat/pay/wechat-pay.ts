import { type BillOutcome, type BillRequest, fundFlowBill, tradeBill } from './bills.ts';
import type { PayConnection } from './client.ts';
import {
  type CombinedOrderNumbers,
  closeCombined,
  type NewCombinedOrder,
  prepayCombined,
  queryCombined,
} from './combine.ts';
import type { CombinedTrade } from './combined-trade.ts';
import type { FundFlowBill } from './fund-flow-bill.ts';
import { type MedInsRefund, notifyMedInsRefund, placeMedInsOrder, queryMedInsOrder } from './med-ins.ts';
import type { MedInsOrder } from './med-ins-order.ts';
import type { NewMedInsOrder } from './med-ins-request.ts';
import { launchAppId, type Payee } from './merchant.ts';
import { type NotificationOutcome, readNotification } from './notifications.ts';
import {
  type CloseOutcome,
  closeOrder,
  launch,
  type NewOrder,
  type PrepayOutcome,
  prepay,
  queryOrder,
} from './orders.ts';
import { type NewRefund, queryRefund, type Refund, refundOrder } from './refunds.ts';
import type { LaunchParameters } from './signing.ts';
import type { TradeBill } from './trade-bill.ts';
import type { Signed } from './verification.ts';

/**
 * WeChat Pay as one merchant (or service provider) sees it. Each call throws WeChatPayError when it gave nothing, and
 * InvalidPayRequestError when it could only be refused; everything a caller has to decide upon is a value.
 */
export interface WeChatPay {
  readonly mchid: string;
  prepay(payee: Payee, order: NewOrder): Promise<PrepayOutcome>;
  /** `appid`: the one the order was placed with. */
  launch(appid: Payee | string, prepayId: string): LaunchParameters;
  queryOrder(payee: Payee, number: Parameters<typeof queryOrder>[2]): ReturnType<typeof queryOrder>;
  closeOrder(payee: Payee, outTradeNo: string): Promise<CloseOutcome>;
  refund(payee: Payee, refund: NewRefund): Promise<Refund>;
  queryRefund(payee: Payee, outRefundNo: string): Promise<Refund | undefined>;
  prepayCombined(order: NewCombinedOrder): Promise<PrepayOutcome>;
  queryCombined(combineOutTradeNo: string): Promise<CombinedTrade | undefined>;
  closeCombined(order: CombinedOrderNumbers): Promise<CloseOutcome>;
  tradeBill(request: BillRequest): Promise<BillOutcome<TradeBill>>;
  fundFlowBill(request: Pick<BillRequest, 'day'>): Promise<BillOutcome<FundFlowBill>>;
  placeMedInsOrder(payee: Payee, order: NewMedInsOrder): Promise<MedInsOrder>;
  queryMedInsOrder(
    payee: Payee,
    number: Parameters<typeof queryMedInsOrder>[2],
  ): Promise<MedInsOrder | undefined>;
  notifyMedInsRefund(payee: Payee, refund: MedInsRefund): Promise<void>;
  /** A notification that came to this merchant's own address. */
  readNotification(signed: Signed): NotificationOutcome;
}

export function createWeChatPay(connection: PayConnection): WeChatPay {
  const { merchant, platformKeys, clock } = connection;
  return {
    mchid: merchant.mchid,
    prepay: (payee, order) => prepay(connection, payee, order),
    launch: (appid, prepayId) =>
      launch(connection, typeof appid === 'string' ? appid : launchAppId(appid), prepayId),
    queryOrder: (payee, number) => queryOrder(connection, payee, number),
    closeOrder: (payee, outTradeNo) => closeOrder(connection, payee, outTradeNo),
    refund: (payee, refund) => refundOrder(connection, payee, refund),
    queryRefund: (payee, outRefundNo) => queryRefund(connection, payee, outRefundNo),
    prepayCombined: (order) => prepayCombined(connection, order),
    queryCombined: (combineOutTradeNo) => queryCombined(connection, combineOutTradeNo),
    closeCombined: (order) => closeCombined(connection, order),
    tradeBill: (request) => tradeBill(connection, request),
    fundFlowBill: (request) => fundFlowBill(connection, request),
    placeMedInsOrder: (payee, order) => placeMedInsOrder(connection, payee, order),
    queryMedInsOrder: (payee, number) => queryMedInsOrder(connection, payee, number),
    notifyMedInsRefund: (payee, refund) => notifyMedInsRefund(connection, payee, refund),
    readNotification: (signed) =>
      readNotification(signed, { merchant, platformKeys: platformKeys(), nowMs: clock.now() }),
  };
}
