import * as z from 'zod/mini';
import { assertSigner, callPay, type PayConnection, pathOf } from './client.ts';
import { feeSchema, notifyUrlSchema, outRefundNoSchema, priceSchema, timeSchema } from './fields.ts';
import type { Payee } from './merchant.ts';
import { unlessRefused } from './pay-errors.ts';
import { checked, expectSame } from './requests.ts';

/** Refunds, whole and partial: within a year of payment, at most 50 an order, a minute apart. */

const newRefundSchema = z.object({
  /** Of a plain order or of one sub-order of a combined one. */
  outTradeNo: z.string(),
  outRefundNo: outRefundNoSchema,
  refundFen: priceSchema,
  /** The whole order's. */
  totalFen: priceSchema,
  /** Shown to the payer; WeChat counts 80 bytes. */
  reason: z.optional(z.string().check(z.minLength(1), z.maxLength(26))),
  notifyUrl: z.optional(notifyUrlSchema),
});

export type NewRefund = z.output<typeof newRefundSchema>;

const id = z.string().check(z.minLength(1));

/**
 * PROCESSING: accepted. SUCCESS: with the payer. CLOSED: it did not come about, the money is the merchant's again.
 * ABNORMAL: the payer's card takes nothing; a person has to act at the merchant's desk.
 */
export const refundStateSchema = z.enum(['PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL']);

// The account the money goes to is in the answer too; it names a bank card, so it is not read.
export const refundSchema = z.pipe(
  z.object({
    refund_id: id,
    out_refund_no: id,
    transaction_id: id,
    out_trade_no: id,
    status: refundStateSchema,
    create_time: timeSchema,
    success_time: z.optional(timeSchema),
    amount: z.object({ total: feeSchema, refund: feeSchema, payer_refund: feeSchema }),
  }),
  z.transform((wire) => ({
    refundId: wire.refund_id,
    outRefundNo: wire.out_refund_no,
    transactionId: wire.transaction_id,
    outTradeNo: wire.out_trade_no,
    state: wire.status,
    acceptedAt: wire.create_time,
    refundedAt: wire.success_time,
    totalFen: wire.amount.total,
    refundFen: wire.amount.refund,
    payerRefundFen: wire.amount.payer_refund,
  })),
);

export type Refund = z.output<typeof refundSchema>;

const PATH = '/v3/refund/domestic/refunds';

const NO_SUCH_REFUND = new Map([
  ['RESOURCE_NOT_EXISTS', 'UNKNOWN' as const],
  ['REFUND_NOT_EXISTS', 'UNKNOWN' as const],
]);

/**
 * Asks for a refund, or again for the same one: whatever happened to the first call, one number gives money back once.
 * Never take another number for a repetition. @throws WeChatPayError, InvalidPayRequestError
 */
export async function refundOrder(
  connection: PayConnection,
  payee: Payee,
  refund: NewRefund,
): Promise<Refund> {
  const given = checked(newRefundSchema, refund);
  assertSigner(connection, payee);
  const answer = await callPay(connection, {
    api: `POST ${PATH}`,
    method: 'POST',
    path: PATH,
    body: {
      ...subMerchant(payee),
      out_trade_no: given.outTradeNo,
      out_refund_no: given.outRefundNo,
      ...(given.reason === undefined ? {} : { reason: given.reason }),
      ...(given.notifyUrl === undefined ? {} : { notify_url: given.notifyUrl }),
      amount: { refund: given.refundFen, total: given.totalFen, currency: 'CNY' },
    },
    answer: refundSchema,
    repeatable: true,
  });
  const { outTradeNo, outRefundNo, refundFen, totalFen } = given;
  return expectSame<Refund>(`POST ${PATH}`, answer, { outTradeNo, outRefundNo, refundFen, totalFen });
}

/** Undefined: WeChat has no refund of this number. @throws WeChatPayError */
export async function queryRefund(
  connection: PayConnection,
  payee: Payee,
  outRefundNo: string,
): Promise<Refund | undefined> {
  assertSigner(connection, payee);
  const api = `GET ${PATH}/{0}`;
  const refund = await unlessRefused(
    () =>
      callPay(connection, {
        api,
        method: 'GET',
        path: pathOf(`${PATH}/{0}`, outRefundNo),
        query: subMerchant(payee),
        answer: refundSchema,
        repeatable: true,
      }),
    NO_SUCH_REFUND,
  );
  return refund === 'UNKNOWN' ? undefined : expectSame<Refund>(api, refund, { outRefundNo });
}

function subMerchant(payee: Payee): { readonly sub_mchid?: string } {
  return payee.mode === 'direct' ? {} : { sub_mchid: payee.subMchid };
}
