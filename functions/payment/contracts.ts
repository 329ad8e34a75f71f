import * as z from 'zod/mini';
import { CHARGE_CATEGORIES } from '../../shared/charges/charge.ts';
import { daySchema, fenSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { REFUND_MOVES, type RefundStatus, SETTLEMENT_MOVES, type SettlementStatus } from './transitions.ts';
import { WORK_KINDS } from './worklist.ts';

/** The published language of payment. Money is integer fen, instants are UTC. */

const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
const chargeIdSchema = z.string().check(z.regex(/^[\w-]{1,128}$/));
const settlementIdSchema = z.string().check(z.regex(/^S[0-9a-f]{25}$/));
const refundNoSchema = z.string().check(z.regex(/^R[0-9a-f]{25}$/));
const mchidSchema = z.string().check(z.regex(/^\d{8,10}$/));
const reasonText = z.string().check(z.trim(), z.minLength(2), z.maxLength(26));
const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): K[] => Object.keys(table) as K[];

export const patientParams = z.object({ patientId: idSchema });
export const settlementParams = z.object({ patientId: idSchema, settlementId: settlementIdSchema });
export const institutionParams = z.object({ institutionId: idSchema });
export const deskPatientParams = z.object({ institutionId: idSchema, patientId: idSchema });
export const deskSettlementParams = z.object({ institutionId: idSchema, settlementId: settlementIdSchema });
export const deskRefundParams = z.object({
  institutionId: idSchema,
  settlementId: settlementIdSchema,
  refundNo: refundNoSchema,
});
export const workItemParams = z.object({
  institutionId: idSchema,
  workItemId: z.string().check(z.maxLength(128)),
});
export const merchantParams = z.object({ mchid: mchidSchema });
export const merchantWorkItemParams = z.object({
  mchid: mchidSchema,
  workItemId: z.string().check(z.maxLength(128)),
});
export const pageQuery = z.strictObject({ after: z.optional(z.string()) });
export const dayParams = z.object({ institutionId: idSchema, day: daySchema });

const chosenCharges = z.array(chargeIdSchema).check(
  z.minLength(1),
  z.maxLength(50),
  z.refine((ids) => new Set(ids).size === ids.length),
);

export const openBody = z.strictObject({ chargeIds: chosenCharges });
export const onsiteBody = z.strictObject({
  patientId: idSchema,
  chargeIds: chosenCharges,
  means: z.enum(['CASH', 'CARD', 'OTHER']),
});
export const refundBody = z.strictObject({
  chargeId: chargeIdSchema,
  amountFen: fenSchema.check(z.positive()),
  reason: reasonText,
});
export const resolveBody = z.strictObject({
  note: z.string().check(z.trim(), z.minLength(2), z.maxLength(200)),
});
export const payeeBody = z.strictObject({ mchid: mchidSchema, subMchid: z.optional(mchidSchema) });
export const emptyBody = z.optional(z.strictObject({}));

export const chargeList = z.object({
  charges: z.array(
    z.object({
      chargeId: z.string(),
      category: z.enum(CHARGE_CATEGORIES),
      amountFen: fenSchema,
      payeeId: idSchema,
      payBy: z.optional(instantSchema),
      since: instantSchema,
    }),
  ),
  totalFen: fenSchema,
});

/** Hand it to `wx.requestPayment` as it is. */
export const launchView = z.object({
  timeStamp: z.string(),
  nonceStr: z.string(),
  package: z.string(),
  signType: z.literal('RSA'),
  paySign: z.string(),
});

const refundView = z.object({
  refundNo: refundNoSchema,
  chargeId: z.string(),
  amountFen: fenSchema,
  reason: z.string(),
  status: z.enum(keysOf<RefundStatus>(REFUND_MOVES)),
  /** What the payer may expect, in Chinese. */
  statusText: z.string(),
  requestedAt: instantSchema,
  endedAt: z.optional(instantSchema),
});

export const settlementView = z.object({
  settlementId: settlementIdSchema,
  patientId: idSchema,
  method: z.enum(['WECHAT', 'ONSITE']),
  status: z.enum(keysOf<SettlementStatus>(SETTLEMENT_MOVES)),
  totalFen: fenSchema,
  openedAt: instantSchema,
  payBy: instantSchema,
  paidAt: z.optional(instantSchema),
  closedAt: z.optional(instantSchema),
  closedBecause: z.optional(z.enum(['EXPIRED', 'PAYER', 'GIVEN_UP'])),
  late: z.optional(z.enum(['DELIVERED', 'GIVEN_BACK'])),
  lines: z.array(
    z.object({
      chargeId: z.string(),
      category: z.enum(CHARGE_CATEGORIES),
      payeeId: idSchema,
      amountFen: fenSchema,
      /** 统筹, 个人账户, 个人自付: together the amount. */
      fundFen: fenSchema,
      accountFen: fenSchema,
      selfFen: fenSchema,
      refundedFen: fenSchema,
      /** Number on the payer's WeChat receipt. */
      outTradeNo: z.string(),
      transactionId: z.optional(z.string()),
    }),
  ),
  refunds: z.array(refundView),
});

export type SettlementView = z.input<typeof settlementView>;

/** `launch` is missing once nothing is to be paid any more. */
export const openedView = z.object({ settlement: settlementView, launch: z.optional(launchView) });

export const settlementList = z.object({
  settlements: z.array(
    z.pick(settlementView, {
      settlementId: true,
      method: true,
      status: true,
      totalFen: true,
      openedAt: true,
      paidAt: true,
    }),
  ),
  next: z.optional(z.string()),
});

export const refundAnswer = z.object({ refund: refundView });

export const workItemView = z.object({
  workItemId: z.string(),
  kind: z.enum(WORK_KINDS),
  status: z.enum(['OPEN', 'RESOLVED']),
  openedAt: instantSchema,
  outTradeNo: z.optional(z.string()),
  settlementId: z.optional(z.string()),
  refundNo: z.optional(z.string()),
  mchid: z.optional(z.string()),
  /** Of WeChat's bill. */
  day: z.optional(daySchema),
  ourFen: z.optional(z.int()),
  theirFen: z.optional(z.int()),
  resolvedAt: z.optional(instantSchema),
  note: z.optional(z.string()),
});

export const workList = z.object({ items: z.array(workItemView), next: z.optional(z.string()) });

export const payeeView = z.object({
  institutionId: idSchema,
  mchid: mchidSchema,
  subMchid: z.optional(mchidSchema),
  /** The account that put it, and when. */
  putBy: z.string(),
  putAt: instantSchema,
});

/** `payee` is in force; `history` has that and all before it, the newest first. */
export const payeeHistory = z.object({ payee: z.optional(payeeView), history: z.array(payeeView) });

/** `payment.settlement-paid`. `by`: an account; left out where WeChat told of it. */
export const settlementPaid = z.object({
  settlementId: settlementIdSchema,
  patientId: idSchema,
  totalFen: fenSchema,
  by: z.optional(z.string()),
  /** It came after the settlement was let go, and was delivered, or goes back. */
  late: z.optional(z.enum(['DELIVERED', 'GIVEN_BACK'])),
});

/** WeChat reads the status alone. */
export const notificationAnswer = z.object({ code: z.literal('SUCCESS') });
