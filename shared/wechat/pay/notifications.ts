import * as z from 'zod/mini';
import { combinedTradeSchema, type PaidCombinedTrade } from './combined-trade.ts';
import { feeSchema, timeSchema } from './fields.ts';
import { type MedInsOrder, medInsOrderSchema } from './med-ins-order.ts';
import type { Merchant } from './merchant.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { openResource, sealedResourceSchema } from './resource.ts';
import { isPaid, type PaidTrade, tradeSchema } from './trade.ts';
import { type Distrust, type Signed, verifySigned } from './verification.ts';

/** 回调: what WeChat tells us by itself; at least once, in any order, or never. */

export type PayNotification =
  | { readonly kind: 'PAID'; readonly id: string; readonly trade: PaidTrade }
  | { readonly kind: 'COMBINED_PAID'; readonly id: string; readonly trade: PaidCombinedTrade }
  | { readonly kind: 'REFUND'; readonly id: string; readonly refund: RefundNotice }
  | { readonly kind: 'MED_INS_PAID'; readonly id: string; readonly order: MedInsOrder }
  /** Verified, of a kind that we did not ask for. */
  | { readonly kind: 'OTHER'; readonly id: string };

/**
 * A signature's reasons, or after it: MALFORMED, not what the documentation promises; SEALED, not to be opened with
 * this merchant's key; OTHER_MERCHANT, somebody else's money.
 */
export type NotificationRefusal = Distrust | 'MALFORMED' | 'SEALED' | 'OTHER_MERCHANT';

export type NotificationOutcome =
  | { readonly ok: true; readonly notification: PayNotification }
  | { readonly ok: false; readonly reason: NotificationRefusal };

export interface NotificationReader {
  /** Whose address it came to: each merchant has its own, since nothing outside the seal says whose it is. */
  readonly merchant: Merchant;
  readonly platformKeys: PlatformKeys;
  readonly nowMs: number;
}

const envelopeSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  event_type: z.string(),
  resource: sealedResourceSchema,
});

const id = z.string().check(z.minLength(1));

const refundNoticeSchema = z.pipe(
  z.intersection(
    z.union([
      z.object({ mchid: id }),
      z.pipe(
        z.object({ sp_mchid: id, sub_mchid: id }),
        z.transform(({ sp_mchid, sub_mchid }) => ({ mchid: sp_mchid, subMchid: sub_mchid })),
      ),
    ]),
    z.object({
      out_trade_no: id,
      transaction_id: id,
      out_refund_no: id,
      refund_id: id,
      refund_status: z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']),
      success_time: z.optional(timeSchema),
      amount: z.object({ total: feeSchema, refund: feeSchema, payer_refund: feeSchema }),
    }),
  ),
  z.transform((wire) => ({
    mchid: wire.mchid,
    subMchid: 'subMchid' in wire ? wire.subMchid : undefined,
    outTradeNo: wire.out_trade_no,
    transactionId: wire.transaction_id,
    outRefundNo: wire.out_refund_no,
    refundId: wire.refund_id,
    state: wire.refund_status,
    refundedAt: wire.success_time,
    totalFen: wire.amount.total,
    refundFen: wire.amount.refund,
    payerRefundFen: wire.amount.payer_refund,
  })),
);

export type RefundNotice = z.output<typeof refundNoticeSchema>;

/** Signature first, over the bytes as they came; then the seal; then the schema; then whose it is. */
export function readNotification(signed: Signed, reader: NotificationReader): NotificationOutcome {
  const verdict = verifySigned(signed, reader.platformKeys, reader.nowMs);
  if (!verdict.ok) return verdict;
  const envelope = envelopeSchema.safeParse(jsonOf(Buffer.from(signed.rawBody).toString('utf8')));
  if (!envelope.success) return refused('MALFORMED');
  const plain = openResource(envelope.data.resource, reader.merchant.apiV3Key);
  if (plain === undefined) return refused('SEALED');
  const notification = notificationOf(envelope.data.event_type, envelope.data.id, jsonOf(plain));
  if (notification === undefined) return refused('MALFORMED');
  const mchid = ownerOf(notification);
  if (mchid !== undefined && mchid !== reader.merchant.mchid) return refused('OTHER_MERCHANT');
  return { ok: true, notification };
}

/** What to answer within five seconds. Anything but 200 or 204 makes WeChat come again. */
export function notificationAnswer(outcome: {
  readonly ok: boolean;
  readonly reason?: NotificationRefusal;
}): {
  readonly status: 204 | 401 | 400;
  readonly body?: { readonly code: 'FAIL'; readonly message: string };
} {
  if (outcome.ok) return { status: 204 };
  const isForeign = outcome.reason !== 'MALFORMED' && outcome.reason !== 'SEALED';
  return { status: isForeign ? 401 : 400, body: { code: 'FAIL', message: '失败' } };
}

function notificationOf(eventType: string, id: string, resource: unknown): PayNotification | undefined {
  if (eventType === 'TRANSACTION.SUCCESS') return paymentOf(id, resource);
  if (eventType === 'MEDICAL_INSURANCE.SUCCESS') {
    const order = medInsOrderSchema.safeParse(resource).data;
    return order && { kind: 'MED_INS_PAID', id, order };
  }
  const state = /^REFUND\.(SUCCESS|ABNORMAL|CLOSED)$/.exec(eventType)?.[1];
  if (state === undefined) return { kind: 'OTHER', id };
  const refund = refundNoticeSchema.safeParse(resource).data;
  return refund?.state === state ? { kind: 'REFUND', id, refund } : undefined;
}

/** Plain and combined orders share one event type; only the number inside tells. */
function paymentOf(id: string, resource: unknown): PayNotification | undefined {
  const combined = combinedTradeSchema.safeParse(resource).data;
  if (combined?.isPaid === true) return { kind: 'COMBINED_PAID', id, trade: combined };
  const trade = tradeSchema.safeParse(resource).data;
  return trade !== undefined && isPaid(trade) ? { kind: 'PAID', id, trade } : undefined;
}

function ownerOf(notification: PayNotification): string | undefined {
  if (notification.kind === 'PAID' || notification.kind === 'COMBINED_PAID') return notification.trade.mchid;
  // A notice of 医保 names the app id, and the merchant only where a provider signs.
  return notification.kind === 'REFUND' ? notification.refund.mchid : undefined;
}

function refused(reason: NotificationRefusal): NotificationOutcome {
  return { ok: false, reason };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
