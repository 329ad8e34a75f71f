import * as z from 'zod/mini';
import { callPay, type PayConnection, pathOf } from './client.ts';
import { type CombinedTrade, combinedTradeSchema } from './combined-trade.ts';
import {
  chinaRfc3339,
  descriptionSchema,
  notifyUrlSchema,
  openidSchema,
  outTradeNoSchema,
  priceSchema,
} from './fields.ts';
import { CLOSE_REFUSALS, type CloseOutcome, NO_SUCH_ORDER, type PrepayOutcome } from './orders.ts';
import { InvalidPayRequestError, unlessRefused } from './pay-errors.ts';
import { checked, expectSame } from './requests.ts';

/**
 * 合单支付: one password, several payees. Orders are placed, asked for and closed only as a whole; refunds are those of
 * `refunds.ts`, one sub-order at a time, by its own merchant.
 */

const newSubOrderSchema = z.object({
  /** Whose money it is; its merchant must be bound to the app id. */
  mchid: z.string().check(z.minLength(1)),
  subMchid: z.optional(z.string().check(z.minLength(1))),
  outTradeNo: outTradeNoSchema,
  /** WeChat shows it back with the order; it takes no empty one here. */
  attach: z.string().check(z.minLength(1), z.maxLength(128)),
  description: descriptionSchema,
  totalFen: priceSchema,
});

const newCombinedOrderSchema = z.object({
  appid: z.string().check(z.minLength(1)),
  /** 合单发起方: signs, and need not be a payee. */
  mchid: z.string().check(z.minLength(1)),
  combineOutTradeNo: outTradeNoSchema,
  payerOpenid: openidSchema,
  notifyUrl: notifyUrlSchema,
  payBy: z.optional(z.iso.datetime()),
  subOrders: z.array(newSubOrderSchema).check(z.minLength(2), z.maxLength(50)),
});

export type NewCombinedOrder = z.output<typeof newCombinedOrderSchema>;
type SubOrderNumber = Pick<z.output<typeof newSubOrderSchema>, 'mchid' | 'subMchid' | 'outTradeNo'>;

export type CombinedOrderNumbers = Pick<NewCombinedOrder, 'appid' | 'mchid' | 'combineOutTradeNo'> & {
  /** All of them, as they were placed: WeChat closes no part. */
  readonly subOrders: readonly SubOrderNumber[];
};

const BASE = '/v3/combine-transactions';
const prepaySchema = z.object({ prepay_id: z.string().check(z.minLength(1)) });

const PREPAY_REFUSALS = new Map<string, PrepayOutcome>([
  ['ORDERPAID', { status: 'PAID' }],
  ['ORDER_PAID', { status: 'PAID' }],
  ['ORDER_CLOSED', { status: 'CLOSED' }],
]);

/** As `prepay`, over all sub-orders at once. @throws WeChatPayError, InvalidPayRequestError */
export async function prepayCombined(
  connection: PayConnection,
  order: NewCombinedOrder,
): Promise<PrepayOutcome> {
  const given = checked(newCombinedOrderSchema, order);
  assertCombiner(connection, given.mchid);
  const path = `${BASE}/jsapi`;
  const body = {
    combine_appid: given.appid,
    combine_mchid: given.mchid,
    combine_out_trade_no: given.combineOutTradeNo,
    combine_payer_info: { openid: given.payerOpenid },
    sub_orders: given.subOrders.map((sub) => ({
      ...subNumbers(sub),
      attach: sub.attach,
      amount: { total_amount: sub.totalFen, currency: 'CNY' },
      description: sub.description,
    })),
    ...(given.payBy === undefined ? {} : { time_expire: chinaRfc3339(given.payBy) }),
    notify_url: given.notifyUrl,
  };
  return unlessRefused<PrepayOutcome, PrepayOutcome>(async () => {
    const call = { api: `POST ${path}`, method: 'POST', path, body, answer: prepaySchema } as const;
    const { prepay_id } = await callPay(connection, { ...call, repeatable: true });
    return { status: 'READY', prepayId: prepay_id };
  }, PREPAY_REFUSALS);
}

/** Undefined: WeChat has no such order. @throws WeChatPayError */
export async function queryCombined(
  connection: PayConnection,
  combineOutTradeNo: string,
): Promise<CombinedTrade | undefined> {
  const template = `${BASE}/out-trade-no/{0}`;
  const trade = await unlessRefused(
    () =>
      callPay(connection, {
        api: `GET ${template}`,
        method: 'GET',
        path: pathOf(template, combineOutTradeNo),
        answer: combinedTradeSchema,
        repeatable: true,
      }),
    NO_SUCH_ORDER,
  );
  if (trade === 'UNKNOWN') return undefined;
  const { mchid } = connection.merchant;
  return expectSame<CombinedTrade>(`GET ${template}`, trade, { combineOutTradeNo, mchid });
}

/** @throws WeChatPayError */
export async function closeCombined(
  connection: PayConnection,
  order: CombinedOrderNumbers,
): Promise<CloseOutcome> {
  assertCombiner(connection, order.mchid);
  const template = `${BASE}/out-trade-no/{0}/close`;
  const path = pathOf(template, order.combineOutTradeNo);
  const body = { combine_appid: order.appid, sub_orders: order.subOrders.map(subNumbers) };
  return unlessRefused<CloseOutcome, CloseOutcome>(async () => {
    const call = { api: `POST ${template}`, method: 'POST', path, body, answer: 'nothing' } as const;
    await callPay(connection, { ...call, repeatable: true });
    return 'UNPAYABLE';
  }, CLOSE_REFUSALS);
}

function assertCombiner({ merchant }: PayConnection, mchid: string): void {
  if (merchant.mchid !== mchid) throw new InvalidPayRequestError('mchid');
}

function subNumbers({ mchid, subMchid, outTradeNo }: SubOrderNumber): object {
  return { mchid, ...(subMchid === undefined ? {} : { sub_mchid: subMchid }), out_trade_no: outTradeNo };
}
