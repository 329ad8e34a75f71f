import * as z from 'zod/mini';
import { DAY_MS, dayOf, epochMsOf, OFFSET_MS } from '../../kernel/china-time.ts';

/** WeChat Pay's ways of writing things. */

/** Integer fen. */
export const feeSchema = z.int().check(z.nonnegative());

/** An RFC 3339 instant in, a UTC ISO string out. */
export const timeSchema = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => new Date(text).toISOString()),
);

/** An instant as WeChat writes it: RFC 3339 in China's time, to the second. */
export function chinaRfc3339(instant: string): string {
  const seconds = Math.floor((epochMsOf(instant) + OFFSET_MS) / 1000);
  const inDay = new Date((seconds % (DAY_MS / 1000)) * 1000).toISOString().slice(11, 19);
  return `${dayOf(instant)}T${inDay}+08:00`;
}

/** 商户订单号: 6–32 of these. */
export const outTradeNoSchema = z.string().check(z.regex(/^[0-9A-Za-z_\-|*]{6,32}$/));

/** 商户退款单号. */
export const outRefundNoSchema = z.string().check(z.regex(/^[0-9A-Za-z_\-|*@]{1,64}$/));

/** 通知地址: neither query nor fragment; WeChat itself wants https and a recorded domain. */
export const notifyUrlSchema = z.string().check(z.regex(/^https?:\/\/[^?#\s]+$/), z.maxLength(255));

/** What the payer reads on the receipt; WeChat counts 127 characters. */
export const descriptionSchema = z.string().check(z.minLength(1), z.maxLength(127));

export const openidSchema = z.string().check(z.minLength(1), z.maxLength(128));

/** At least one fen: WeChat takes no payment of nothing. */
export const priceSchema = z.int().check(z.positive(), z.maximum(1_000_000_000));
