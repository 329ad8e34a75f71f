import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import type { Refund as WeChatRefund } from '../../shared/wechat/pay/refunds.ts';
import { applyRefundState } from './end-refund.ts';
import { learnFromWeChat } from './learn-from-wechat.ts';
import { postings, providerAccount } from './ledger.ts';
import { type PaymentDeps, weChatSide } from './payment-deps.ts';
import type { Found } from './reconcile-compare.ts';
import type { Explanation, ReconciliationId } from './reconcile-store.ts';
import { queryPaid } from './settlement-at-wechat.ts';
import {
  type Order,
  type Refund,
  refunds,
  type Settlement,
  settlementOfOrder,
  settlements,
} from './store.ts';
import { payeeOf } from './wechat-sides.ts';

/** Whose payment it was, as far as we know. */
export interface Ours {
  readonly settlement?: Settlement;
  readonly order?: Order;
  readonly refund?: Refund;
}

export async function oursOf(
  { table }: Pick<PaymentDeps, 'table'>,
  { mchid }: Pick<ReconciliationId, 'mchid'>,
  { kind, number, outTradeNo }: Pick<Found, 'kind' | 'number' | 'outTradeNo'>,
): Promise<Ours> {
  const settlementId = settlementOfOrder(outTradeNo);
  if (settlementId === undefined) return {};
  const settlement = await settlements.get(table, settlementId, { consistent: true });
  const order = settlement?.orders.find((each) => each.outTradeNo === outTradeNo && each.mchid === mchid);
  if (settlement === undefined || order === undefined) return {};
  if (kind !== 'REFUND') return { settlement, order };
  const refund = await refunds.get(table, { settlementId, refundNo: number }, { consistent: true });
  return refund?.outTradeNo === outTradeNo ? { settlement, order, refund } : { settlement, order };
}

/**
 * Finds the truth of a difference where it can be had, and takes it in. Undefined: a person has to look. Called again
 * it finds the same. @throws WeChatPayError
 */
export async function explain(
  deps: PaymentDeps,
  id: ReconciliationId,
  found: Found,
  ours: Ours,
): Promise<Explanation | undefined> {
  const { settlement, order, refund } = ours;
  if (settlement === undefined || order === undefined) return undefined;
  if (found.class === 'AMOUNT_DIFFERS' || found.kind === 'REVOKED') return undefined;
  if (found.kind === 'PAYMENT') {
    return found.class === 'LOCAL_ONLY'
      ? paidOtherwise(deps, id, found, settlement)
      : takenIn(deps, id, found, settlement);
  }
  if (refund === undefined) return undefined;
  return found.class === 'LOCAL_ONLY'
    ? acceptedOtherwise(deps, id, found, { order, refund })
    : followed(deps, id, found, { order, refund });
}

/** WeChat has a payment that we have not, or have on another day. */
async function takenIn(
  deps: PaymentDeps,
  { day, mchid }: ReconciliationId,
  { outTradeNo, theirFen }: Found,
  settlement: Settlement,
): Promise<Explanation | undefined> {
  if (settlement.method !== 'WECHAT') return undefined;
  const isKnown = settlement.status === 'PAID';
  const { paidAt, settlementId } = isKnown ? settlement : await learnFromWeChat(deps, settlement);
  if (paidAt === undefined) return undefined;
  const booked = await bookedFen(deps, paidAt, `paid-${settlementId}`, { mchid, outTradeNo });
  return booked === theirFen ? onDay(dayOf(paidAt), day) : undefined;
}

/** We have a payment that WeChat's bill of that day has not: is it on another day's? */
async function paidOtherwise(
  deps: PaymentDeps,
  { day }: ReconciliationId,
  { outTradeNo, ourFen }: Found,
  settlement: Settlement,
): Promise<Explanation | undefined> {
  const paid = await queryPaid(deps, settlement);
  const order = paid?.orders.find((each) => each.outTradeNo === outTradeNo);
  const isElsewhere = order !== undefined && dayOf(order.paidAt) !== day;
  return isElsewhere && order.totalFen === ourFen ? 'OTHER_DAY' : undefined;
}

interface KnownRefund {
  readonly order: Order;
  readonly refund: Refund;
}

/** WeChat has accepted a refund that we have not booked on that day. */
async function followed(
  deps: PaymentDeps,
  { day, mchid }: ReconciliationId,
  { theirFen }: Found,
  known: KnownRefund,
): Promise<Explanation | undefined> {
  const { outTradeNo, refundNo } = known.refund;
  if (known.refund.amountFen !== theirFen) return undefined;
  if (known.refund.status !== 'SUCCESS') {
    const theirs = await ask(deps, known);
    if (theirs?.refundFen !== theirFen) return undefined;
    await applyRefundState(deps, known.refund, theirs.state, theirs.refundedAt);
    if (theirs.state === 'CLOSED') return 'REFUND_CLOSED';
    if (theirs.state !== 'SUCCESS') return isUnderWay(known.refund) ? 'UNDER_WAY' : undefined;
  }
  const refund = (await refunds.get(deps.table, known.refund, { consistent: true })) ?? known.refund;
  // Given up by us, and given back by WeChat all the same: it may have been given back twice.
  if (refund.status !== 'SUCCESS' || refund.endedAt === undefined) return undefined;
  const booked = await bookedFen(deps, refund.endedAt, `refund-${refundNo}`, { mchid, outTradeNo });
  return booked === -theirFen ? onDay(dayOf(refund.endedAt), day) : undefined;
}

/** We have booked a refund that the bill of that day has not: it stands in that of the day it was accepted on. */
async function acceptedOtherwise(
  deps: PaymentDeps,
  { day }: ReconciliationId,
  { ourFen }: Found,
  known: KnownRefund,
): Promise<Explanation | undefined> {
  const theirs = await ask(deps, known);
  const isElsewhere = theirs?.state === 'SUCCESS' && dayOf(theirs.acceptedAt) !== day;
  return isElsewhere && theirs.refundFen === ourFen ? 'OTHER_DAY' : undefined;
}

async function ask(deps: PaymentDeps, { order, refund }: KnownRefund): Promise<WeChatRefund | undefined> {
  const pay = await deps.weChatPay(order.mchid);
  return pay.queryRefund(payeeOf(order, weChatSide(deps).appId), refund.refundNo);
}

function isUnderWay({ status }: Refund): boolean {
  return status === 'REQUESTED' || status === 'PROCESSING' || status === 'ABNORMAL';
}

function onDay(booked: Day, day: Day): Explanation {
  return booked === day ? 'TAKEN_IN' : 'OTHER_DAY';
}

/** What our ledger says of one movement, on whatever day it stands. */
async function bookedFen(
  { table }: PaymentDeps,
  at: string,
  postingId: string,
  { mchid, outTradeNo }: { readonly mchid: string; readonly outTradeNo: string },
): Promise<number | undefined> {
  const posting = await postings.get(table, { day: dayOf(at), postingId }, { consistent: true });
  const account = providerAccount(mchid);
  return posting?.lines.find((line) => line.account === account && line.outTradeNo === outTradeNo)?.fen;
}
