import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { upgradeResidentId } from '../../privacy/resident-id.ts';
import { chinaRfc3339, feeSchema, notifyUrlSchema, openidSchema, priceSchema } from './fields.ts';
import { medInsOrderTypeSchema, mixPayTypeSchema } from './med-ins-order.ts';
import type { Payee } from './merchant.ts';
import { checkMixedPayment, type MixedPayment } from './mixed-payment.ts';
import { InvalidPayRequestError } from './pay-errors.ts';
import type { PlatformKey } from './platform-keys.ts';
import { checked } from './requests.ts';
import { sealSensitive } from './resource.ts';

/** What a 医保 order says, and its body with names and identity numbers sealed. */

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
