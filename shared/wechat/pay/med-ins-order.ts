import * as z from 'zod/mini';
import { feeSchema, timeSchema } from './fields.ts';

/** One 医保 order as WeChat tells of it, by query and by notification alike. */

const id = z.string().check(z.minLength(1));
const fee = z._default(feeSchema, 0);

export const mixPayTypeSchema = z.enum(['CASH_ONLY', 'INSURANCE_ONLY', 'CASH_AND_INSURANCE']);

export const medInsOrderTypeSchema = z.enum([
  'REG_PAY',
  'DIAG_PAY',
  'COVID_EXAM_PAY',
  'IN_HOSP_PAY',
  'PHARMACY_PAY',
  'INSURANCE_PAY',
  'INT_REG_PAY',
  'INT_RE_DIAG_PAY',
  'INT_RX_PAY',
  'COVID_ANTIGEN_PAY',
  'MED_PAY',
]);

// The insurance bureau's authorisation, the place of the payer and what it passes through are not read.
export const medInsOrderSchema = z.pipe(
  z.object({
    mix_trade_no: id,
    mix_pay_status: z.enum(['MIX_PAY_CREATED', 'MIX_PAY_SUCCESS', 'MIX_PAY_REFUND', 'MIX_PAY_FAIL']),
    self_pay_status: z.enum([
      'SELF_PAY_CREATED',
      'SELF_PAY_SUCCESS',
      'SELF_PAY_REFUND',
      'SELF_PAY_FAIL',
      'NO_SELF_PAY',
    ]),
    med_ins_pay_status: z.enum([
      'MED_INS_PAY_CREATED',
      'MED_INS_PAY_SUCCESS',
      'MED_INS_PAY_REFUND',
      'MED_INS_PAY_FAIL',
      'NO_MED_INS_PAY',
    ]),
    paid_time: z.optional(timeSchema),
    mix_pay_type: mixPayTypeSchema,
    order_type: medInsOrderTypeSchema,
    appid: id,
    sub_mchid: z.optional(z.string()),
    openid: z.optional(z.string()),
    out_trade_no: id,
    serial_no: id,
    total_fee: feeSchema,
    med_ins_gov_fee: fee,
    med_ins_self_fee: fee,
    med_ins_other_fee: fee,
    med_ins_cash_fee: fee,
    wechat_pay_cash_fee: fee,
    cash_add_detail: z._default(z.array(z.object({ cash_add_fee: feeSchema })), []),
    cash_reduce_detail: z._default(z.array(z.object({ cash_reduce_fee: feeSchema })), []),
    med_ins_test_env: z.optional(z.boolean()),
  }),
  z.transform((wire) => ({
    mixTradeNo: wire.mix_trade_no,
    outTradeNo: wire.out_trade_no,
    /** The institution's own number. */
    serialNo: wire.serial_no,
    /** The whole, the cash part and the insurance part each have a state of their own. */
    mixPayStatus: wire.mix_pay_status,
    selfPayStatus: wire.self_pay_status,
    medInsPayStatus: wire.med_ins_pay_status,
    paidAt: wire.paid_time,
    orderType: wire.order_type,
    appid: wire.appid,
    subMchid: wire.sub_mchid,
    payerOpenid: wire.openid,
    isTest: wire.med_ins_test_env ?? false,
    amounts: {
      type: wire.mix_pay_type,
      totalFen: wire.total_fee,
      pooledFundFen: wire.med_ins_gov_fee,
      personalAccountFen: wire.med_ins_self_fee,
      otherInsuranceFen: wire.med_ins_other_fee,
      insuranceCashFen: wire.med_ins_cash_fee,
      wechatPayCashFen: wire.wechat_pay_cash_fee,
      addedFen: wire.cash_add_detail.map(({ cash_add_fee }) => cash_add_fee),
      reducedFen: wire.cash_reduce_detail.map(({ cash_reduce_fee }) => cash_reduce_fee),
    },
  })),
);

export type MedInsOrder = z.output<typeof medInsOrderSchema>;
