import * as z from 'zod/mini';
import { feeSchema, timeSchema } from './fields.ts';

/** One order as WeChat tells of it, by query and by notification alike. */

const id = z.string().check(z.minLength(1));

const sidesSchema = z.union([
  z.pipe(
    z.object({ mchid: id, appid: id }),
    z.transform(({ mchid, appid }) => ({ mchid, appid })),
  ),
  z.pipe(
    z.object({ sp_mchid: id, sp_appid: id, sub_mchid: id }),
    z.transform(({ sp_mchid, sp_appid, sub_mchid }) => ({
      mchid: sp_mchid,
      appid: sp_appid,
      subMchid: sub_mchid,
    })),
  ),
]);

/** A partner's payer has an openid with the provider and may have one with the sub-merchant, which then is meant. */
const payerSchema = z.union([
  z.pipe(
    z.object({ openid: id }),
    z.transform(({ openid }) => openid),
  ),
  z.pipe(
    z.object({ sub_openid: id }),
    z.transform(({ sub_openid }) => sub_openid),
  ),
  z.pipe(
    z.object({ sp_openid: id }),
    z.transform(({ sp_openid }) => sp_openid),
  ),
]);

// Bank and card are in the answer too; they are not read, so that they can get nowhere.
const paidSchema = z.pipe(
  z.object({
    out_trade_no: id,
    trade_state: z.enum(['SUCCESS', 'REFUND']),
    transaction_id: id,
    success_time: timeSchema,
    payer: payerSchema,
    amount: z.object({ total: feeSchema, payer_total: feeSchema }),
  }),
  z.transform((wire) => ({
    outTradeNo: wire.out_trade_no,
    state: wire.trade_state,
    transactionId: wire.transaction_id,
    /** UTC ISO instant. */
    paidAt: wire.success_time,
    payerOpenid: wire.payer,
    totalFen: wire.amount.total,
    /** What the payer paid: less than the total where WeChat gave a coupon. */
    payerTotalFen: wire.amount.payer_total,
  })),
);

const unpaidSchema = z.pipe(
  z.object({
    out_trade_no: id,
    trade_state: z.enum(['NOTPAY', 'USERPAYING', 'PAYERROR', 'CLOSED', 'REVOKED']),
  }),
  z.transform((wire) => ({ outTradeNo: wire.out_trade_no, state: wire.trade_state })),
);

/**
 * SUCCESS: paid. REFUND: paid, and a refund was begun. NOTPAY, PAYERROR: can still be paid. USERPAYING: the payer is
 * at it, and it can still go either way. CLOSED, REVOKED: can never be paid again.
 */
export const tradeSchema = z.intersection(sidesSchema, z.union([paidSchema, unpaidSchema]));

export type Trade = z.output<typeof tradeSchema>;

export type PaidTrade = Extract<Trade, { readonly paidAt: string }>;

export function isPaid(trade: Trade): trade is PaidTrade {
  return 'paidAt' in trade;
}
