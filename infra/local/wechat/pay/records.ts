import * as z from 'zod/mini';

/** What WeChat remembers. Instants are epoch milliseconds of the city's clock; amounts are fen. */

const instant = z.number();
const fen = z.int();

const payable = {
  appid: z.string(),
  mchid: z.string(),
  openid: z.string(),
  notifyUrl: z.string(),
  createdAt: instant,
  /** After it nobody can pay; the order stays open all the same. */
  payableUntil: instant,
  /** The day on which WeChat itself closes an order that set no time. */
  closesAt: z.optional(instant),
  /** The first request, to know a changed one by. */
  fingerprint: z.string(),
};

const order = z.object({
  ...payable,
  mode: z.enum(['direct', 'partner', 'combined']),
  subMchid: z.optional(z.string()),
  subAppid: z.optional(z.string()),
  outTradeNo: z.string(),
  description: z.string(),
  attach: z.optional(z.string()),
  totalFen: fen,
  state: z.enum(['NOTPAY', 'USERPAYING', 'SUCCESS', 'REFUND', 'CLOSED']),
  transactionId: z.optional(z.string()),
  paidAt: z.optional(instant),
  /** Accepted and not closed. */
  refundedFen: fen,
  refunds: z.int(),
  lastRefundAt: z.optional(instant),
  combined: z.optional(z.string()),
});

const combined = z.object({
  ...payable,
  outTradeNo: z.string(),
  /** Ids of its orders, as they were placed. */
  subOrders: z.array(z.string()),
  state: z.enum(['NOTPAY', 'USERPAYING', 'SUCCESS', 'CLOSED']),
});

const prepay = z.object({
  of: z.enum(['order', 'combined']),
  id: z.string(),
  validUntil: instant,
});

const refundState = z.enum(['PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL']);

const refund = z.object({
  refundId: z.string(),
  outRefundNo: z.string(),
  mchid: z.string(),
  subMchid: z.optional(z.string()),
  /** Id of its order. */
  order: z.string(),
  totalFen: fen,
  refundFen: fen,
  notifyUrl: z.optional(z.string()),
  fingerprint: z.string(),
  acceptedAt: instant,
  state: refundState,
  /** While PROCESSING: when and how it will end. */
  endsAt: z.optional(instant),
  ending: z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']),
  /** When it took its state; more than one where a clerk mended it. */
  ends: z.array(z.object({ at: instant, state: refundState })),
});

const callback = z.object({
  mchid: z.string(),
  url: z.string(),
  eventType: z.string(),
  summary: z.string(),
  resource: z.record(z.string(), z.unknown()),
  createdAt: instant,
  /** How often it was sent, WeChat's way. */
  attempts: z.int(),
  /** DELIVERED: answered 200 or 204. GIVEN_UP: after fifteen repetitions. LOST: a fault ate it. */
  state: z.enum(['PENDING', 'DELIVERED', 'GIVEN_UP', 'LOST']),
  nextAt: z.optional(instant),
  /** What is to go wrong with its first sending. */
  faults: z.array(z.enum(['duplicate', 'probe', 'tamper', 'forge'])),
});

/** One movement of a merchant's money: never changed, never removed. */
const entry = z.object({
  at: instant,
  kind: z.enum(['PAYMENT', 'REFUND', 'REFUND_RETURNED']),
  /** Positive: to the merchant. */
  amountFen: fen,
  feeFen: fen,
  /** Whose account moves. */
  account: z.string(),
  order: z.string(),
  refund: z.optional(z.string()),
});

/** By the transaction's id. */
const transaction = z.object({ order: z.string() });

export const recordSchemas = { order, combined, prepay, transaction, refund, callback, entry };

export type RecordKind = keyof typeof recordSchemas;
export type RecordOf<K extends RecordKind> = z.output<(typeof recordSchemas)[K]>;

export type Order = RecordOf<'order'>;
export type CombinedOrder = RecordOf<'combined'>;
export type Prepay = RecordOf<'prepay'>;
export type RefundRecord = RecordOf<'refund'>;
export type Callback = RecordOf<'callback'>;
export type Entry = RecordOf<'entry'>;
