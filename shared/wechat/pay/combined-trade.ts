import * as z from 'zod/mini';
import { feeSchema, timeSchema } from './fields.ts';

/** One combined order as WeChat tells of it. */

const id = z.string().check(z.minLength(1));
const subSides = { mchid: id, sub_mchid: z.optional(z.string()), out_trade_no: id };

const paidSubSchema = z.pipe(
  z.object({
    ...subSides,
    trade_state: z.enum(['SUCCESS', 'REFUND']),
    transaction_id: id,
    success_time: timeSchema,
    amount: z.object({ total_amount: feeSchema, payer_amount: feeSchema }),
  }),
  z.transform((wire) => ({
    mchid: wire.mchid,
    subMchid: wire.sub_mchid,
    outTradeNo: wire.out_trade_no,
    state: wire.trade_state,
    transactionId: wire.transaction_id,
    paidAt: wire.success_time,
    totalFen: wire.amount.total_amount,
    payerTotalFen: wire.amount.payer_amount,
  })),
);

const unpaidSubSchema = z.pipe(
  z.object({
    ...subSides,
    trade_state: z.enum(['NOTPAY', 'USERPAYING', 'PAYERROR', 'CLOSED', 'REVOKED']),
  }),
  z.transform((wire) => ({
    mchid: wire.mchid,
    subMchid: wire.sub_mchid,
    outTradeNo: wire.out_trade_no,
    state: wire.trade_state,
  })),
);

const combinedNumbers = { combine_appid: id, combine_mchid: id, combine_out_trade_no: id };
const payer = z.object({ openid: id });

/** By query and by notification alike. There is no state of the whole: all sub-orders are paid, or none is. */
export const combinedTradeSchema = z.union([
  z.pipe(
    z.object({
      ...combinedNumbers,
      combine_payer_info: payer,
      sub_orders: z.array(paidSubSchema).check(z.minLength(1)),
    }),
    z.transform((wire) => ({
      appid: wire.combine_appid,
      mchid: wire.combine_mchid,
      combineOutTradeNo: wire.combine_out_trade_no,
      isPaid: true as const,
      payerOpenid: wire.combine_payer_info.openid,
      subOrders: wire.sub_orders,
    })),
  ),
  z.pipe(
    z.object({ ...combinedNumbers, sub_orders: z.array(unpaidSubSchema).check(z.minLength(1)) }),
    z.transform((wire) => ({
      appid: wire.combine_appid,
      mchid: wire.combine_mchid,
      combineOutTradeNo: wire.combine_out_trade_no,
      isPaid: false as const,
      subOrders: wire.sub_orders,
    })),
  ),
]);

export type CombinedTrade = z.output<typeof combinedTradeSchema>;
export type PaidCombinedTrade = Extract<CombinedTrade, { readonly isPaid: true }>;
