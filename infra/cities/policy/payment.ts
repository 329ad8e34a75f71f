import type * as z from 'zod/mini';
import type { paymentPolicy } from '../../../functions/payment/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

interface PaymentEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof paymentPolicy.schema>;
}

const values: PaymentEntry['values'] = {
  settlementMinutes: 15,
  leastSecondsToPay: 60,
  checkAfterSeconds: [15, 30, 60, 120, 240, 300, 300, 300, 600, 600, 1_800],
  giveUpAfterMinutes: 24 * 60,
  refunds: {
    withinDays: 365,
    mostAnOrder: 50,
    retryAfterSeconds: [15, 60, 120, 300, 600, 1_800, 3_600],
  },
  reconciliation: { retryAfterMinutes: 60, giveUpAfterMinutes: 12 * 60 },
};

const source =
  'WeChat Pay v3, pay.weixin.qq.com/doc/v3: time_expire of a minute at least, refunds within a year and fifty an order, fifty sub-orders a combined order [V]; fifteen minutes to pay and all pauses are habits of hospitals [D]';

/** What a city has until it decides otherwise: one payee at a time, since combined orders need a merchant that combines. */
export const usualPayment: readonly PaymentEntry[] = [{ from: '2020-01-01', source, mark: 'D', values }];

/** With the county platform's own merchant number, which combines the hospitals' (合单发起方). */
export const countyPayment: readonly PaymentEntry[] = [
  { from: '2020-01-01', source, mark: 'D', values: { ...values, combiningMerchant: '1900425000' } },
];
