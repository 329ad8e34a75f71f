import * as z from 'zod/mini';
import { assertSigner, callPay, type PayConnection, pathOf } from './client.ts';
import { chinaRfc3339, feeSchema } from './fields.ts';
import { type MedInsOrder, medInsOrderSchema } from './med-ins-order.ts';
import { medInsOrderBody, type NewMedInsOrder } from './med-ins-request.ts';
import type { Payee } from './merchant.ts';
import { NO_SUCH_ORDER } from './orders.ts';
import { InvalidPayRequestError, unlessRefused } from './pay-errors.ts';
import type { PlatformKey } from './platform-keys.ts';
import { checked, expectSame } from './requests.ts';

/** 医保: orders that insurance and WeChat Pay settle together. The split comes from the local 医保局, never from here. */

const PATH = '/v3/med-ins/orders';

/**
 * Places the order. WeChat does not promise that twice is once: after an unknown outcome, query by number first, and
 * place again only when there is none. @throws WeChatPayError, InvalidPayRequestError
 */
export async function placeMedInsOrder(
  connection: PayConnection,
  payee: Payee,
  order: NewMedInsOrder,
): Promise<MedInsOrder> {
  assertSigner(connection, payee);
  const key: PlatformKey | undefined = connection.platformKeys().values().next().value;
  if (key === undefined) throw new InvalidPayRequestError('platformKeys');
  const answer = await callPay(connection, {
    api: `POST ${PATH}`,
    method: 'POST',
    path: PATH,
    body: medInsOrderBody(payee, order, key),
    answer: medInsOrderSchema,
    repeatable: false,
    sealedWith: key.id,
  });
  return expectSame<MedInsOrder>(`POST ${PATH}`, answer, { outTradeNo: order.outTradeNo });
}

/** WeChat notifies for half a minute only, so an order in MIX_PAY_CREATED must be asked for. @throws WeChatPayError */
export async function queryMedInsOrder(
  connection: PayConnection,
  payee: Payee,
  number: { readonly mixTradeNo: string } | { readonly outTradeNo: string },
): Promise<MedInsOrder | undefined> {
  assertSigner(connection, payee);
  const [kind, value] =
    'mixTradeNo' in number ? ['mix-trade-no', number.mixTradeNo] : ['out-trade-no', number.outTradeNo];
  const template = `${PATH}/${kind}/{0}`;
  const order = await unlessRefused(
    () =>
      callPay(connection, {
        api: `GET ${template}`,
        method: 'GET',
        path: pathOf(template, value),
        query: payee.mode === 'direct' ? {} : { sub_mchid: payee.subMchid },
        answer: medInsOrderSchema,
        repeatable: true,
      }),
    NO_SUCH_ORDER,
  );
  return order === 'UNKNOWN' ? undefined : expectSame<MedInsOrder>(`GET ${template}`, order, number);
}

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

const medInsRefundSchema = z.object({
  mixTradeNo: text(32),
  /** The same as of the cash refund, where there is one. */
  outRefundNo: text(64),
  pooledFundFen: feeSchema,
  personalAccountFen: feeSchema,
  otherInsuranceFen: feeSchema,
  refundedAt: z.iso.datetime(),
});

export type MedInsRefund = z.output<typeof medInsRefundSchema>;

/** Tells WeChat what the 医保局 gave back: in spite of its name we call, not WeChat. @throws WeChatPayError */
export async function notifyMedInsRefund(
  connection: PayConnection,
  payee: Payee,
  refund: MedInsRefund,
): Promise<void> {
  const given = checked(medInsRefundSchema, refund);
  assertSigner(connection, payee);
  const { pooledFundFen, personalAccountFen, otherInsuranceFen } = given;
  const path = '/v3/med-ins/refunds/notify';
  await callPay(connection, {
    api: `POST ${path}`,
    method: 'POST',
    path,
    query: { mix_trade_no: given.mixTradeNo },
    body: {
      ...(payee.mode === 'direct' ? {} : { sub_mchid: payee.subMchid }),
      med_refund_total_fee: pooledFundFen + personalAccountFen + otherInsuranceFen,
      med_refund_gov_fee: pooledFundFen,
      med_refund_self_fee: personalAccountFen,
      med_refund_other_fee: otherInsuranceFen,
      refund_time: chinaRfc3339(given.refundedAt),
      out_refund_no: given.outRefundNo,
    },
    answer: 'nothing',
    repeatable: false,
  });
}
