import * as z from 'zod/mini';
import { assertSigner, callPay, type PayConnection, pathOf } from './client.ts';
import {
  chinaRfc3339,
  descriptionSchema,
  notifyUrlSchema,
  openidSchema,
  outTradeNoSchema,
  priceSchema,
} from './fields.ts';
import type { Payee } from './merchant.ts';
import { unlessRefused } from './pay-errors.ts';
import { checked, expectSame } from './requests.ts';
import { type LaunchParameters, launchParameters } from './signing.ts';
import { type Trade, tradeSchema } from './trade.ts';

/** JSAPI and mini-program payment: order, launch, query, close. */

const newOrderSchema = z.object({
  outTradeNo: outTradeNoSchema,
  description: descriptionSchema,
  totalFen: priceSchema,
  payerOpenid: openidSchema,
  notifyUrl: notifyUrlSchema,
  /** Until when it can be paid, UTC ISO. WeChat moves it into [1 minute, 90 days] from now; never changeable. */
  payBy: z.optional(z.iso.datetime()),
});

export type NewOrder = z.output<typeof newOrderSchema>;

/** PAID, CLOSED: under this number nothing can be paid any more. */
export type PrepayOutcome =
  | { readonly status: 'READY'; readonly prepayId: string }
  | { readonly status: 'PAID' | 'CLOSED' };

/** UNPAYABLE: closed, now or before. PAID: too late. PAYING: the payer is at it; ask again. UNKNOWN: no such order. */
export type CloseOutcome = 'UNPAYABLE' | 'PAID' | 'PAYING' | 'UNKNOWN';

const prepaySchema = z.object({ prepay_id: z.string().check(z.minLength(1)) });

/** Old and new spellings stand side by side in WeChat's documentation. */
const PREPAY_REFUSALS = new Map<string, PrepayOutcome>([
  ['ORDERPAID', { status: 'PAID' }],
  ['ORDER_PAID', { status: 'PAID' }],
  ['ORDER_CLOSED', { status: 'CLOSED' }],
]);

export const CLOSE_REFUSALS: ReadonlyMap<string, CloseOutcome> = new Map([
  ['ORDERPAID', 'PAID'],
  ['ORDER_PAID', 'PAID'],
  ['ORDER_CLOSED', 'UNPAYABLE'],
  ['USERPAYING', 'PAYING'],
  ['USER_PAYING', 'PAYING'],
  ['ORDERNOTEXIST', 'UNKNOWN'],
  ['ORDER_NOT_EXIST', 'UNKNOWN'],
]);

export const NO_SUCH_ORDER: ReadonlyMap<string, 'UNKNOWN'> = new Map([
  ['ORDERNOTEXIST', 'UNKNOWN'],
  ['ORDER_NOT_EXIST', 'UNKNOWN'],
]);

/**
 * Places the order, or asks for another prepay id of the same one: it is good for two hours, and everything but the
 * number must be as it was. @throws WeChatPayError, InvalidPayRequestError
 */
export async function prepay(
  connection: PayConnection,
  payee: Payee,
  order: NewOrder,
): Promise<PrepayOutcome> {
  const given = checked(newOrderSchema, order);
  assertSigner(connection, payee);
  const path = `${basePath(payee)}/jsapi`;
  const body = {
    ...sides(payee),
    description: given.description,
    out_trade_no: given.outTradeNo,
    ...(given.payBy === undefined ? {} : { time_expire: chinaRfc3339(given.payBy) }),
    notify_url: given.notifyUrl,
    amount: { total: given.totalFen, currency: 'CNY' },
    payer: payerOf(payee, given.payerOpenid),
  };
  return unlessRefused<PrepayOutcome, PrepayOutcome>(async () => {
    const call = { api: `POST ${path}`, method: 'POST', path, body, answer: prepaySchema } as const;
    const { prepay_id } = await callPay(connection, { ...call, repeatable: true });
    return { status: 'READY', prepayId: prepay_id };
  }, PREPAY_REFUSALS);
}

/** What the mini-program hands to `wx.requestPayment`. */
export function launch(
  { merchant, clock, nonce }: Pick<PayConnection, 'merchant' | 'clock' | 'nonce'>,
  appid: string,
  prepayId: string,
): LaunchParameters {
  return launchParameters(merchant, {
    appid,
    prepayId,
    timestampSeconds: Math.floor(clock.now() / 1000),
    nonce: nonce(),
  });
}

/** Undefined: WeChat has no such order. @throws WeChatPayError */
export async function queryOrder(
  connection: PayConnection,
  payee: Payee,
  number: { readonly outTradeNo: string } | { readonly transactionId: string },
): Promise<Trade | undefined> {
  assertSigner(connection, payee);
  const [kind, value] =
    'outTradeNo' in number ? ['out-trade-no', number.outTradeNo] : ['id', number.transactionId];
  const template = `${basePath(payee)}/${kind}/{0}`;
  const api = `GET ${template}`;
  const query =
    payee.mode === 'direct' ? { mchid: payee.mchid } : { sp_mchid: payee.spMchid, sub_mchid: payee.subMchid };
  const trade = await unlessRefused(
    () =>
      callPay(connection, {
        api,
        method: 'GET',
        path: pathOf(template, value),
        query,
        answer: tradeSchema,
        repeatable: true,
      }),
    NO_SUCH_ORDER,
  );
  if (trade === 'UNKNOWN') return undefined;
  return expectSame<Trade>(api, trade, { ...number, ...expectedSides(payee) });
}

/** WeChat does not close an order because its time has run out. @throws WeChatPayError */
export async function closeOrder(
  connection: PayConnection,
  payee: Payee,
  outTradeNo: string,
): Promise<CloseOutcome> {
  assertSigner(connection, payee);
  const template = `${basePath(payee)}/out-trade-no/{0}/close`;
  const body =
    payee.mode === 'direct' ? { mchid: payee.mchid } : { sp_mchid: payee.spMchid, sub_mchid: payee.subMchid };
  return unlessRefused<CloseOutcome, CloseOutcome>(async () => {
    const call = { api: `POST ${template}`, method: 'POST', path: pathOf(template, outTradeNo) } as const;
    await callPay(connection, { ...call, body, answer: 'nothing', repeatable: true });
    return 'UNPAYABLE';
  }, CLOSE_REFUSALS);
}

function basePath({ mode }: Payee): string {
  return mode === 'direct' ? '/v3/pay/transactions' : '/v3/pay/partner/transactions';
}

function sides(payee: Payee): object {
  if (payee.mode === 'direct') return { appid: payee.appid, mchid: payee.mchid };
  return {
    sp_appid: payee.spAppid,
    sp_mchid: payee.spMchid,
    sub_mchid: payee.subMchid,
    ...(payee.subAppid === undefined ? {} : { sub_appid: payee.subAppid }),
  };
}

function payerOf(payee: Payee, openid: string): object {
  if (payee.mode === 'direct') return { openid };
  return payee.subAppid === undefined ? { sp_openid: openid } : { sub_openid: openid };
}

function expectedSides(payee: Payee) {
  return payee.mode === 'direct'
    ? { mchid: payee.mchid, appid: payee.appid }
    : { mchid: payee.spMchid, appid: payee.spAppid, subMchid: payee.subMchid };
}
