import { verify } from 'node:crypto';
import { subOrdersOf, withState } from './combined.ts';
import type { Desk } from './desk.ts';
import { asOf } from './payable.ts';
import { type Payable, settle } from './settle.ts';

/** The person with the telephone: opens the cashier, types a password, or does not. */

export type PayRefusalReason =
  | 'UNKNOWN_PREPAY'
  | 'PREPAY_EXPIRED'
  | 'OVERDUE'
  | 'CLOSED'
  | 'ALREADY_PAID'
  | 'OTHER_PAYER'
  | 'LAUNCH_SIGNATURE'
  | 'NOT_PAYING';

export type PayOutcome =
  | { readonly outcome: 'PAID'; readonly callbacks: readonly string[] }
  /** At the password: `finish` ends it. */
  | { readonly outcome: 'USERPAYING' }
  | { readonly outcome: 'CANCELLED' }
  | { readonly outcome: 'REFUSED'; readonly reason: PayRefusalReason };

/** What the mini-program hands to `wx.requestPayment`. */
export interface Launch {
  readonly timeStamp: string;
  readonly nonceStr: string;
  readonly package: string;
  readonly signType: string;
  readonly paySign: string;
}

/** The payer's part in the stand-in. */
export interface Payer {
  pay(prepayId: string, openid?: string): Promise<PayOutcome>;
  /** `wx.requestPayment`: looks at the signature first. */
  requestPayment(launch: Launch, openid?: string): Promise<PayOutcome>;
  finish(prepayId: string, isPaid: boolean): Promise<PayOutcome>;
  cancel(prepayId: string): PayOutcome;
}

/** Opens the cashier and pays; with the fault `userPaying` the payer stays at the password. */
export function pay(desk: Desk, prepayId: string, openid?: string): PayOutcome {
  const cashier = cashierOf(desk, prepayId);
  if (typeof cashier === 'string') return refused(cashier);
  const reason = obstacle(desk, cashier, prepayId, openid);
  if (reason !== undefined) return refused(reason);
  if (desk.knobs.strikes('userPaying')) {
    desk.books.write(changed(cashier, 'USERPAYING'));
    return { outcome: 'USERPAYING' };
  }
  return { outcome: 'PAID', callbacks: settle(desk, cashier) };
}

/** Ends what stayed at the password. It may be paid after its time: the payer was at the cashier before. */
export function finish(desk: Desk, prepayId: string, isPaid: boolean): PayOutcome {
  const cashier = cashierOf(desk, prepayId);
  if (typeof cashier === 'string') return refused(cashier);
  if (cashier.whole.state !== 'USERPAYING') return refused('NOT_PAYING');
  if (isPaid) return { outcome: 'PAID', callbacks: settle(desk, cashier) };
  desk.books.write(changed(cashier, 'NOTPAY'));
  return { outcome: 'CANCELLED' };
}

/** Leaves the cashier: nothing is changed, and nobody is told. */
export function cancel(desk: Desk, prepayId: string): PayOutcome {
  const cashier = cashierOf(desk, prepayId);
  if (typeof cashier === 'string') return refused(cashier);
  return cashier.whole.state === 'USERPAYING' ? finish(desk, prepayId, false) : { outcome: 'CANCELLED' };
}

/** Whether `wx.requestPayment` would open the cashier: the parameters must be signed by who placed the order. */
export function launchObstacle(desk: Desk, launch: Launch): PayRefusalReason | undefined {
  const prepayId = prepayIdOf(launch);
  const cashier = cashierOf(desk, prepayId);
  if (typeof cashier === 'string') return cashier;
  const { whole } = cashier;
  const appid = 'subAppid' in whole && whole.subAppid !== undefined ? whole.subAppid : whole.appid;
  const message = `${appid}\n${launch.timeStamp}\n${launch.nonceStr}\n${launch.package}\n`;
  const publicKey = desk.merchants.get(whole.mchid)?.publicKey;
  const isSigned =
    launch.signType === 'RSA' &&
    publicKey !== undefined &&
    verify('RSA-SHA256', Buffer.from(message), publicKey, Buffer.from(launch.paySign, 'base64'));
  return isSigned ? undefined : 'LAUNCH_SIGNATURE';
}

export function prepayIdOf(launch: Pick<Launch, 'package'>): string {
  return launch.package.replace(/^prepay_id=/, '');
}

function cashierOf({ books }: Desk, prepayId: string): Payable | 'UNKNOWN_PREPAY' {
  const prepay = books.get('prepay', prepayId);
  const { of, id } = prepay ?? { of: 'order' as const, id: '' };
  if (of === 'combined') {
    const whole = books.get('combined', id);
    return whole === undefined ? 'UNKNOWN_PREPAY' : { id, whole, orders: subOrdersOf({ books }, whole) };
  }
  const order = books.get('order', id);
  return order === undefined ? 'UNKNOWN_PREPAY' : { id, whole: order, orders: [order] };
}

function obstacle(
  { books, clock }: Desk,
  cashier: Payable,
  prepayId: string,
  openid: string | undefined,
): PayRefusalReason | undefined {
  const now = clock.now();
  const { state, payableUntil, openid: payer } = asOf(cashier.whole, now);
  if (openid !== undefined && openid !== payer) return 'OTHER_PAYER';
  if (state === 'SUCCESS' || state === 'REFUND') return 'ALREADY_PAID';
  if (state === 'CLOSED') return 'CLOSED';
  if (now >= payableUntil) return 'OVERDUE';
  const validUntil = books.get('prepay', prepayId)?.validUntil ?? 0;
  return now >= validUntil ? 'PREPAY_EXPIRED' : undefined;
}

function changed(cashier: Payable, state: 'USERPAYING' | 'NOTPAY') {
  const { whole, id, orders } = cashier;
  if ('subOrders' in whole) return withState(whole, id, orders, state);
  return { order: new Map([[id, { ...whole, state }]]) };
}

function refused(reason: PayRefusalReason): PayOutcome {
  return { outcome: 'REFUSED', reason };
}
