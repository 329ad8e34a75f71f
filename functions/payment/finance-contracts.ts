import * as z from 'zod/mini';
import { CHARGE_CATEGORIES } from '../../shared/charges/charge.ts';
import { file } from '../../shared/http/file-answer.ts';
import { daySchema, fenSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { CSV, PAY_METHODS, XLSX } from './export-movements.ts';
import { DIFFERENCE_CLASSES, EXPLANATIONS, MOVEMENT_KINDS } from './reconcile-store.ts';

/** What finance and the authority read of payment. Money is integer fen; what can be owed either way has a sign. */

const signedFen = z.int();
const mchidSchema = z.string().check(z.regex(/^\d{8,10}$/));

export const merchantDayParams = z.object({ mchid: mchidSchema, day: daySchema });
export const dayOnlyParams = z.object({ day: daySchema });
export const exportQuery = z.strictObject({ format: z.enum(['csv', 'xlsx']) });

export const exportFile = file(CSV, XLSX);

export const daySummary = z.object({
  institutionId: z.string(),
  day: daySchema,
  payments: z.int(),
  paidFen: fenSchema,
  refunds: z.int(),
  refundedFen: fenSchema,
  /** Paid less refunded. */
  netFen: signedFen,
  parts: z.array(
    z.object({
      kind: z.enum(['PAYMENT', 'REFUND']),
      method: z.enum(PAY_METHODS),
      category: z.optional(z.enum(CHARGE_CATEGORIES)),
      count: z.int(),
      /** Never negative: the kind says whereto. */
      fen: fenSchema,
    }),
  ),
});

const sums = z.object({ payments: z.int(), paymentFen: fenSchema, refunds: z.int(), refundFen: fenSchema });

const runView = {
  day: daySchema,
  mchid: mchidSchema,
  status: z.enum(['DUE', 'DONE', 'UNFINISHED', 'BILL_MISSING']),
  askedAt: instantSchema,
  /** Left out until it was compared, and for an institution that shares the merchant with others. */
  result: z.optional(
    z.object({
      ours: sums,
      theirs: sums,
      matched: z.int(),
      found: z.object({ LOCAL_ONLY: z.int(), REMOTE_ONLY: z.int(), AMOUNT_DIFFERS: z.int() }),
      resolved: z.int(),
      open: z.int(),
      gapFen: signedFen,
      explainedFen: signedFen,
      openFen: signedFen,
    }),
  ),
};

export const reconciliationAsked = z.object(runView);
export const reconciliationList = z.object({ reconciliations: z.array(z.object(runView)) });

export const reconciliationView = z.object({
  ...runView,
  differences: z.array(
    z.object({
      kind: z.enum(MOVEMENT_KINDS),
      number: z.string(),
      outTradeNo: z.string(),
      class: z.enum(DIFFERENCE_CLASSES),
      ourFen: signedFen,
      theirFen: signedFen,
      explanation: z.optional(z.enum(EXPLANATIONS)),
      foundAt: instantSchema,
    }),
  ),
});
