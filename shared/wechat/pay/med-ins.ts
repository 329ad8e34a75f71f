import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { upgradeResidentId } from '../../privacy/resident-id.ts';
import { assertSigner, callPay, type PayConnection, pathOf } from './client.ts';
import { chinaRfc3339, feeSchema, notifyUrlSchema, openidSchema, priceSchema } from './fields.ts';
import {
  type MedInsOrder,
  medInsOrderSchema,
  medInsOrderTypeSchema,
  mixPayTypeSchema,
} from './med-ins-order.ts';
import type { Payee } from './merchant.ts';
import { checkMixedPayment, type MixedPayment } from './mixed-payment.ts';
import { NO_SUCH_ORDER } from './orders.ts';
import { InvalidPayRequestError, unlessRefused } from './pay-errors.ts';
import type { PlatformKey } from './platform-keys.ts';
import { checked, expectSame } from './requests.ts';
import { sealSensitive } from './resource.ts';

/** 医保: orders that insurance and WeChat Pay settle together. The split comes from the local 医保局, never from here. */

const personSchema = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(64)),
  /** 居民身份证 of 18 or 15 characters. */
  residentId: z.string().check(z.regex(/^(\d{15}|\d{17}[\dXx])$/)),
});

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

const newMedInsOrderSchema = z.object({
  orderType: medInsOrderTypeSchema,
  payerOpenid: openidSchema,
  payer: personSchema,
  /** Whose visit it is, where somebody pays for a relative. */
  relative: z.optional(personSchema),
  /** The same number as the cash order's, where there is one. */
  outTradeNo: text(64),
  serialNo: text(20),
  institution: z.object({ name: text(128), code: text(32), wechatCityId: text(8) }),
  /** What the 医保局 answered to the pre-settlement; needed unless CASH_ONLY, forbidden there. */
  preSettlement: z.optional(
    z.object({
      payOrderId: text(64),
      payAuthNo: text(40),
      /** `longitude,latitude` of the payer. */
      geoLocation: text(40),
      createdAt: z.iso.datetime(),
    }),
  ),
  amounts: z.object({
    type: mixPayTypeSchema,
    totalFen: priceSchema,
    pooledFundFen: feeSchema,
    personalAccountFen: feeSchema,
    otherInsuranceFen: feeSchema,
    insuranceCashFen: feeSchema,
    wechatPayCashFen: feeSchema,
    added: z.array(
      z.object({
        fen: priceSchema,
        type: z.enum(['DEFAULT_ADD_TYPE', 'FREIGHT', 'OTHER_MEDICAL_EXPENSES']),
      }),
    ),
    reduced: z.array(
      z.object({
        fen: priceSchema,
        type: z.enum([
          'DEFAULT_REDUCE_TYPE',
          'HOSPITAL_REDUCE',
          'PHARMACY_DISCOUNT',
          'DISCOUNT',
          'PRE_PAYMENT',
          'DEPOSIT_DEDUCTION',
        ]),
      }),
    ),
  }),
  notifyUrl: notifyUrlSchema,
  /** Of the cash order; needed unless INSURANCE_ONLY, forbidden there. */
  prepayId: z.optional(text(64)),
  channelNo: z.optional(text(32)),
  /** Towards the 医保局's test environment; false in production. */
  isTest: z.boolean(),
});

export type NewMedInsOrder = z.output<typeof newMedInsOrderSchema>;

const PATH = '/v3/med-ins/orders';

/** Lower-case MD5 of the 18 characters: WeChat's format only, never a key of ours. @throws InvalidPayRequestError */
export function residentIdDigest(residentId: string): string {
  const full = residentId.length === 15 ? upgradeResidentId(residentId) : residentId.toUpperCase();
  if (full === undefined) throw new InvalidPayRequestError('residentId');
  return createHash('md5').update(full).digest('hex');
}

/** The body of `POST /v3/med-ins/orders`, names and digests sealed. @throws InvalidPayRequestError */
export function medInsOrderBody(payee: Payee, order: NewMedInsOrder, key: PlatformKey): object {
  const given = checked(newMedInsOrderSchema, order);
  const { amounts, preSettlement, prepayId } = given;
  const fault = checkMixedPayment(mixedPaymentOf(given))[0];
  if (fault !== undefined) throw new InvalidPayRequestError(`amounts.${fault}`);
  if ((amounts.type === 'CASH_ONLY') !== (preSettlement === undefined)) {
    throw new InvalidPayRequestError('preSettlement');
  }
  if ((amounts.type === 'INSURANCE_ONLY') !== (prepayId === undefined)) {
    throw new InvalidPayRequestError('prepayId');
  }
  return {
    mix_pay_type: amounts.type,
    order_type: given.orderType,
    ...sides(payee, given.payerOpenid),
    payer: sealedPerson(given.payer, key),
    pay_for_relatives: given.relative !== undefined,
    ...(given.relative === undefined ? {} : { relative: sealedPerson(given.relative, key) }),
    out_trade_no: given.outTradeNo,
    serial_no: given.serialNo,
    ...(preSettlement === undefined
      ? {}
      : {
          pay_order_id: preSettlement.payOrderId,
          pay_auth_no: preSettlement.payAuthNo,
          geo_location: preSettlement.geoLocation,
          med_ins_order_create_time: chinaRfc3339(preSettlement.createdAt),
        }),
    city_id: given.institution.wechatCityId,
    med_inst_name: given.institution.name,
    med_inst_no: given.institution.code,
    total_fee: amounts.totalFen,
    med_ins_gov_fee: amounts.pooledFundFen,
    med_ins_self_fee: amounts.personalAccountFen,
    med_ins_other_fee: amounts.otherInsuranceFen,
    med_ins_cash_fee: amounts.insuranceCashFen,
    wechat_pay_cash_fee: amounts.wechatPayCashFen,
    ...(amounts.added.length === 0
      ? {}
      : {
          cash_add_detail: amounts.added.map(({ fen, type }) => ({ cash_add_fee: fen, cash_add_type: type })),
        }),
    ...(amounts.reduced.length === 0
      ? {}
      : {
          cash_reduce_detail: amounts.reduced.map(({ fen, type }) => ({
            cash_reduce_fee: fen,
            cash_reduce_type: type,
          })),
        }),
    callback_url: given.notifyUrl,
    ...(prepayId === undefined ? {} : { prepay_id: prepayId }),
    ...(given.channelNo === undefined ? {} : { channel_no: given.channelNo }),
    med_ins_test_env: given.isTest,
  };
}

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

function mixedPaymentOf({ amounts: { added, reduced, ...rest } }: NewMedInsOrder): MixedPayment {
  return {
    ...rest,
    addedFen: added.map(({ fen }) => fen),
    reducedFen: reduced.map(({ fen }) => fen),
  };
}

function sides(payee: Payee, openid: string): object {
  if (payee.mode === 'direct') return { appid: payee.appid, openid };
  return payee.subAppid === undefined
    ? { appid: payee.spAppid, sub_mchid: payee.subMchid, openid }
    : { appid: payee.spAppid, sub_mchid: payee.subMchid, sub_appid: payee.subAppid, sub_openid: openid };
}

function sealedPerson({ name, residentId }: z.output<typeof personSchema>, key: PlatformKey): object {
  return {
    name: sealSensitive(name, key),
    id_digest: sealSensitive(residentIdDigest(residentId), key),
    card_type: 'ID_CARD',
  };
}
