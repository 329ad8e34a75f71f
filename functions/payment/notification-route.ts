import { type RawCall, route } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { logEntry } from '../../shared/observability/log.ts';
import type { PayNotification } from '../../shared/wechat/pay/notifications.ts';
import * as contract from './contracts.ts';
import { applyRefundState } from './end-refund.ts';
import { paymentErrors } from './errors.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { receivePayment } from './receive-payment.ts';
import { oursOf } from './reconcile-explain.ts';
import { fromCombined, fromTrade, type Paid } from './settlement-at-wechat.ts';
import { settlementOfOrder } from './store.ts';

const REFUSED = logEntry(
  'PAYMENT_NOTIFICATION_REFUSED',
  'a notification was not proven to be WeChat’s for us',
);
const NOT_OURS = logEntry(
  'PAYMENT_NOTIFICATION_NOT_OURS',
  'a notification tells of an order we never placed',
);

/**
 * Where WeChat tells a merchant what happened. Nothing is believed that is not signed over the very bytes and sealed
 * with the merchant's own key; nothing is done twice. Anything but 200 makes WeChat come again.
 */
export const notificationRoute = route({
  method: 'POST',
  path: '/payment/notifications/wechat/{mchid}',
  summary: '微信支付通知（仅供微信调用）',
  access: 'public',
  takes: 'raw',
  request: { params: contract.merchantParams },
  response: contract.notificationAnswer,
  errors: ['NOTIFICATION_REFUSED', 'MERCHANT_UNKNOWN'],
  handle: async (deps: PaymentDeps, { params, raw }: RawCall<{ readonly mchid: string }>) => {
    const pay = await deps.weChatPay(params.mchid);
    const outcome = pay.readNotification({ headers: raw.headers, rawBody: raw.bytes });
    if (!outcome.ok) {
      deps.log.warn(REFUSED, { mchid: params.mchid, reason: outcome.reason });
      if (outcome.reason === 'MALFORMED' || outcome.reason === 'SEALED')
        throw houseErrors.refusal('INVALID_REQUEST');
      throw paymentErrors.refusal('NOTIFICATION_REFUSED');
    }
    await takeIn(deps, outcome.notification);
    return { code: 'SUCCESS' as const };
  },
});

async function takeIn(deps: PaymentDeps, notification: PayNotification): Promise<void> {
  switch (notification.kind) {
    case 'PAID':
      return takePayment(
        deps,
        settlementOfOrder(notification.trade.outTradeNo),
        fromTrade(notification.trade),
      );
    case 'COMBINED_PAID':
      return takePayment(deps, notification.trade.combineOutTradeNo, fromCombined(notification.trade));
    case 'REFUND':
      return takeRefund(deps, notification.refund);
    default:
      return undefined;
  }
}

/**
 * A hospital may take money under the same merchant number by other ways: that is none of ours. What its order numbers
 * are made of nobody here knows (a telephone, a card of the hospital's), so none stands in a log.
 */
async function takePayment(deps: PaymentDeps, settlementId: string | undefined, paid: Paid): Promise<void> {
  const settlement = settlementId && (await receivePayment(deps, settlementId, paid));
  if (!settlement) deps.log.warn(NOT_OURS, { mchid: paid.mchid });
}

async function takeRefund(
  deps: PaymentDeps,
  notice: Extract<PayNotification, { readonly kind: 'REFUND' }>['refund'],
): Promise<void> {
  const { mchid, outTradeNo, outRefundNo, state, refundedAt, refundFen } = notice;
  const { refund } = await oursOf(deps, { mchid }, { kind: 'REFUND', number: outRefundNo, outTradeNo });
  if (refund === undefined || refund.amountFen !== refundFen) {
    deps.log.warn(NOT_OURS, { mchid });
    return;
  }
  await applyRefundState(deps, refund, state, refundedAt);
}
