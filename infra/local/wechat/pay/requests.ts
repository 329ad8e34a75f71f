import * as z from 'zod/mini';
import { Refused } from './answers.ts';

/** Bodies of the calls, as strict as WeChat is about them; unknown fields are ignored. */

const text = (least: number, most: number) => z.string().check(z.minLength(least), z.maxLength(most));

export const outTradeNo = z.string().check(z.regex(/^[0-9A-Za-z_\-|*]{6,32}$/));
const outRefundNo = z.string().check(z.regex(/^[0-9A-Za-z_\-|*@]{1,64}$/));
const price = z.int().check(z.positive());
const currency = z.optional(z.literal('CNY'));
const time = z.iso.datetime({ offset: true });

/** https without a query; on the laptop also plain http to this machine. */
const notifyUrl = z
  .string()
  .check(
    z.maxLength(255),
    z.regex(/^(https:\/\/[^?#\s]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/[^?#\s]*)$/),
  );

const orderFields = {
  description: text(1, 127),
  out_trade_no: outTradeNo,
  time_expire: z.optional(time),
  attach: z.optional(text(0, 128)),
  notify_url: notifyUrl,
  amount: z.object({ total: price, currency }),
};

export const directOrder = z.object({
  appid: text(1, 32),
  mchid: text(1, 32),
  ...orderFields,
  payer: z.object({ openid: text(1, 128) }),
});

export const partnerOrder = z.object({
  sp_appid: text(1, 32),
  sp_mchid: text(1, 32),
  sub_appid: z.optional(text(1, 32)),
  sub_mchid: text(1, 32),
  ...orderFields,
  payer: z.union([z.object({ sub_openid: text(1, 128) }), z.object({ sp_openid: text(1, 128) })]),
});

export const directClose = z.object({ mchid: text(1, 32) });
export const partnerClose = z.object({ sp_mchid: text(1, 32), sub_mchid: text(1, 32) });

const subOrderNumber = {
  mchid: text(1, 32),
  sub_mchid: z.optional(text(1, 32)),
  out_trade_no: outTradeNo,
};

export const combinedOrder = z.object({
  combine_appid: text(1, 32),
  combine_mchid: text(1, 32),
  combine_out_trade_no: outTradeNo,
  combine_payer_info: z.object({ openid: text(1, 128) }),
  sub_orders: z
    .array(
      z.object({
        ...subOrderNumber,
        attach: text(1, 128),
        amount: z.object({ total_amount: price, currency: z.literal('CNY') }),
        description: text(1, 127),
      }),
    )
    .check(z.minLength(2), z.maxLength(50)),
  time_start: z.optional(time),
  time_expire: z.optional(time),
  notify_url: notifyUrl,
});

export const combinedClose = z.object({
  combine_appid: text(1, 32),
  sub_orders: z.array(z.object(subOrderNumber)).check(z.minLength(1)),
});

export const newRefund = z.object({
  sub_mchid: z.optional(text(1, 32)),
  transaction_id: z.optional(text(1, 32)),
  out_trade_no: z.optional(text(1, 32)),
  out_refund_no: outRefundNo,
  // 80 bytes as WeChat counts.
  reason: z.optional(z.string().check(z.refine((reason) => Buffer.byteLength(reason) <= 80))),
  notify_url: z.optional(notifyUrl),
  amount: z.object({ refund: price, total: price, currency: z.literal('CNY') }),
});

/** @throws Refused */
export function parsed<S extends z.ZodMiniType>(schema: S, body: unknown): z.output<S> {
  if (body === undefined) throw new Refused('NO_JSON');
  const result = schema.safeParse(body);
  if (!result.success) throw new Refused('PARAM_ERROR');
  return result.data;
}
