import * as z from 'zod/mini';
import { policySection } from '../../shared/policy/city.ts';

/** A city's payment habits as data; WeChat Pay's own limits stand beside them with their source. */

const count = z.int().check(z.positive());
const mchid = z.string().check(z.regex(/^\d{8,10}$/));

export const paymentPolicySchema = z.strictObject({
  /** How long a settlement may be paid where none of its charges says sooner. */
  settlementMinutes: count,
  /** Less than this before the first charge's end nothing is begun: WeChat takes no order shorter than a minute. */
  leastSecondsToPay: count.check(z.minimum(60)),
  /** Pauses before WeChat is asked about an unpaid order, growing; the last one repeats. */
  checkAfterSeconds: z.array(count).check(z.minLength(1)),
  /** An order that can neither be closed nor paid is let go after this; money that still comes is given back. */
  giveUpAfterMinutes: count,
  /** 合单发起方: signs for settlements over several payees. Left out: the city has none, they are paid one by one. */
  combiningMerchant: z.optional(mchid),
  refunds: z.strictObject({
    withinDays: count,
    mostAnOrder: count,
    /** Pauses before a refund is sent again, or asked about. */
    retryAfterSeconds: z.array(count).check(z.minLength(1)),
  }),
  /** 对账: a bill that is not to be had is asked for again, until a person looks why. */
  reconciliation: z.strictObject({ retryAfterMinutes: count, giveUpAfterMinutes: count }),
});

export type PaymentPolicy = z.output<typeof paymentPolicySchema>;

export const paymentPolicy = policySection('payment', paymentPolicySchema);
