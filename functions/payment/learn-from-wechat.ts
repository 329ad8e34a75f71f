import type { PaymentDeps } from './payment-deps.ts';
import { receivePayment } from './receive-payment.ts';
import { queryPaid } from './settlement-at-wechat.ts';
import type { Settlement } from './store.ts';

/** Asks WeChat and takes in what it says. @throws WeChatPayError */
export async function learnFromWeChat(deps: PaymentDeps, settlement: Settlement): Promise<Settlement> {
  const paid = await queryPaid(deps, settlement);
  if (paid === undefined) return settlement;
  return (await receivePayment(deps, settlement.settlementId, paid)) ?? settlement;
}
