import { Refusal } from '../../shared/kernel/errors.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { MalformedBillError } from '../../shared/wechat/pay/bill-table.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { type Movement, theirMovements } from './reconcile-compare.ts';
import type { ReconciliationId } from './reconcile-store.ts';

const NO_BILL = logEntry('PAYMENT_BILL_MISSING', 'a bill is not to be had; it is asked for again');

/** Undefined: there is none yet, or none that can be believed. A day on which nothing moved has one with nothing in it. */
export async function billOf(
  deps: PaymentDeps,
  { day, mchid }: ReconciliationId,
): Promise<readonly Movement[] | undefined> {
  try {
    const pay = await deps.weChatPay(mchid);
    const outcome = await pay.tradeBill({ day });
    if (outcome.status === 'READY') return theirMovements(outcome.bill);
    if (outcome.status === 'NONE') return [];
    deps.log.warn(NO_BILL, { day, mchid });
  } catch (error) {
    const isExpected =
      error instanceof WeChatPayError || error instanceof MalformedBillError || error instanceof Refusal;
    if (!isExpected) throw error;
    deps.log.warn(NO_BILL, { day, mchid }, error);
  }
  return undefined;
}
