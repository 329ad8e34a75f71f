import type * as z from 'zod/mini';
import { type PayAnswer, Refused } from './answers.ts';
import { type Desk, recordId } from './desk.ts';
import type { PayMerchant } from './merchants.ts';
import { fingerprint, prepayId } from './numbers.ts';
import { tradeOf } from './order-views.ts';
import { asOf, PREPAY_MS, payableWindow } from './payable.ts';
import type { Order } from './records.ts';
import { directClose, directOrder, parsed, partnerClose, partnerOrder } from './requests.ts';

/** JSAPI orders of merchants and of service providers. */

export function placeOrder(desk: Desk, merchant: PayMerchant, body: unknown, mode: Order['mode']): PayAnswer {
  const asked = mode === 'direct' ? directAsked(body) : partnerAsked(body);
  if (asked.mchid !== merchant.mchid) throw new Refused('SIGN_ERROR');
  assertBound(merchant, asked);
  const id = recordId(asked.mchid, asked.outTradeNo);
  const now = desk.clock.now();
  const known = desk.books.get('order', id);
  const order = known === undefined ? newOrder(asked, mode, now) : again(asOf(known, now), asked, now);
  return prepaid(desk, { order: new Map([[id, order]]) }, 'order', id);
}

/** The order and a prepay id for it, in one write. */
export function prepaid(
  desk: Desk,
  changes: Parameters<Desk['books']['write']>[0],
  of: 'order' | 'combined',
  id: string,
): PayAnswer {
  const now = desk.clock.now();
  const prepay = prepayId(now);
  const validUntil = now + PREPAY_MS;
  desk.books.write({ ...changes, prepay: new Map([[prepay, { of, id, validUntil }]]) });
  return { status: 200, body: { prepay_id: prepay } };
}

export function showOrder(desk: Desk, order: Order | undefined): PayAnswer {
  if (order === undefined) throw new Refused('ORDER_NOT_EXIST');
  if (order.mode === 'combined') throw new Refused('COMBINED');
  return { status: 200, body: tradeOf(asOf(order, desk.clock.now())) };
}

/** By either number, if it is this merchant's. A provider must name the sub-merchant, too. */
export function findOrder(
  desk: Desk,
  merchant: PayMerchant,
  number: { readonly outTradeNo: string } | { readonly transactionId: string },
  query: URLSearchParams,
  mode: Order['mode'],
): Order | undefined {
  const [mchid, subMchid] =
    mode === 'direct' ? [query.get('mchid'), null] : [query.get('sp_mchid'), query.get('sub_mchid')];
  if (mchid === null || (mode === 'partner' && subMchid === null)) throw new Refused('PARAM_ERROR');
  if (mchid !== merchant.mchid) throw new Refused('SIGN_ERROR');
  const order =
    'outTradeNo' in number
      ? desk.books.get('order', recordId(mchid, number.outTradeNo))
      : byTransaction(desk, mchid, number.transactionId);
  return order?.subMchid === (subMchid ?? undefined) || order?.mode === 'combined' ? order : undefined;
}

export function closeOrder(
  desk: Desk,
  merchant: PayMerchant,
  number: string,
  body: unknown,
  mode: Order['mode'],
): PayAnswer {
  const given = mode === 'direct' ? parsed(directClose, body) : parsed(partnerClose, body);
  const [mchid, subMchid] = 'mchid' in given ? [given.mchid, undefined] : [given.sp_mchid, given.sub_mchid];
  if (mchid !== merchant.mchid) throw new Refused('SIGN_ERROR');
  const id = recordId(mchid, number);
  const known = desk.books.get('order', id);
  if (known === undefined) throw new Refused('ORDER_NOT_EXIST');
  if (known.mode === 'combined') throw new Refused('COMBINED');
  if (known.subMchid !== subMchid) throw new Refused('ORDER_NOT_EXIST');
  const order = asOf(known, desk.clock.now());
  assertClosable(order.state);
  desk.books.write({ order: new Map([[id, { ...order, state: 'CLOSED' }]]) });
  return { status: 204 };
}

/** @throws Refused */
export function assertClosable(state: Order['state']): void {
  if (state === 'USERPAYING') throw new Refused('USER_PAYING');
  if (state === 'SUCCESS' || state === 'REFUND') throw new Refused('ORDER_PAID');
  if (state === 'CLOSED') throw new Refused('ORDER_CLOSED');
}

/** The same order once more. @throws Refused when it is another one, or no longer open */
export function again<T extends Pick<Order, 'state' | 'fingerprint' | 'payableUntil'>>(
  known: T,
  asked: { readonly fingerprint: string },
  nowMs: number,
): T {
  if (known.state === 'SUCCESS' || known.state === 'REFUND') throw new Refused('ORDER_PAID');
  if (known.state === 'CLOSED') throw new Refused('ORDER_CLOSED');
  if (known.fingerprint !== asked.fingerprint) throw new Refused('REENTRY');
  if (nowMs >= known.payableUntil) throw new Refused('ORDER_OVERDUE');
  return known;
}

interface Asked {
  readonly appid: string;
  readonly mchid: string;
  readonly subAppid?: string | undefined;
  readonly subMchid?: string | undefined;
  readonly openid: string;
  readonly outTradeNo: string;
  readonly fingerprint: string;
  readonly fields: Pick<
    z.output<typeof directOrder>,
    'description' | 'attach' | 'time_expire' | 'amount' | 'notify_url'
  >;
}

function directAsked(body: unknown): Asked {
  const given = parsed(directOrder, body);
  const { appid, mchid, out_trade_no: outTradeNo, payer } = given;
  return { appid, mchid, outTradeNo, openid: payer.openid, fields: given, fingerprint: fingerprint(given) };
}

function partnerAsked(body: unknown): Asked {
  const given = parsed(partnerOrder, body);
  const { payer } = given;
  // An openid of the sub-merchant's app says nothing without that app.
  if ('sub_openid' in payer && given.sub_appid === undefined) throw new Refused('PARAM_ERROR');
  return {
    appid: given.sp_appid,
    mchid: given.sp_mchid,
    subAppid: 'sub_openid' in payer ? given.sub_appid : undefined,
    subMchid: given.sub_mchid,
    outTradeNo: given.out_trade_no,
    openid: 'sub_openid' in payer ? payer.sub_openid : payer.sp_openid,
    fields: given,
    fingerprint: fingerprint(given),
  };
}

function assertBound(merchant: PayMerchant, { appid, subMchid }: Asked): void {
  if (!merchant.appIds.includes(appid)) throw new Refused('APPID_MCHID_NOT_MATCH');
  if (subMchid === undefined) return;
  if (merchant.subMchids?.includes(subMchid) !== true) throw new Refused('NO_AUTH');
}

function newOrder(asked: Asked, mode: Order['mode'], nowMs: number): Order {
  const { fields, appid, mchid, subAppid, subMchid, openid, outTradeNo } = asked;
  return {
    mode,
    appid,
    mchid,
    ...(subAppid === undefined ? {} : { subAppid }),
    ...(subMchid === undefined ? {} : { subMchid }),
    openid,
    outTradeNo,
    description: fields.description,
    ...(fields.attach === undefined ? {} : { attach: fields.attach }),
    totalFen: fields.amount.total,
    notifyUrl: fields.notify_url,
    createdAt: nowMs,
    ...payableWindow(nowMs, fields.time_expire),
    fingerprint: asked.fingerprint,
    state: 'NOTPAY',
    refundedFen: 0,
    refunds: 0,
  };
}

function byTransaction({ books }: Desk, mchid: string, transactionId: string): Order | undefined {
  const order = books.get('order', books.get('transaction', transactionId)?.order ?? '');
  return order?.mchid === mchid ? order : undefined;
}
