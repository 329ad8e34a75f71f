import type { Key } from '../../shared/data/table.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import { closeSettlement, finishClosing, giveUpIfDue } from './close-settlement.ts';
import { learnFromWeChat } from './learn-from-wechat.ts';
import { isInVain } from './merchants.ts';
import { isOverdue, nextCheckAt } from './open-settlement.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { CHECK, type Settlement, settlementOf, settlements } from './store.ts';

const ASKED_IN_VAIN = logEntry(
  'PAYMENT_CHECK_IN_VAIN',
  'WeChat Pay gave nothing about an order; asked again later',
);

/** The settlement's timer: asks WeChat on a growing interval, and closes what was not paid in its time. */
export async function checkSettlement(deps: PaymentDeps, key: Key): Promise<void> {
  const found = await settlements.get(deps.table, settlementOf(key), { consistent: true });
  if (found === undefined || isOver(found)) return;
  const settlement = await stepped(deps, found);
  if (isOver(settlement)) return;
  const checks = settlement.checks + 1;
  await settlements.update(
    deps.table,
    settlement.settlementId,
    { set: { checks } },
    {
      if: { status: { in: ['PENDING', 'CLOSING'] } },
      timer: { kind: CHECK, at: nextCheckAt(deps, { ...settlement, checks }) },
    },
  );
}

/**
 * A call in vain is no failure of the timer: it would be parked after ten of them, and a wait would have no end. What was
 * not paid in its time is closed whether or not WeChat can be asked about it: from then on its wait runs out.
 */
async function stepped(deps: PaymentDeps, found: Settlement): Promise<Settlement> {
  const { settlementId } = found;
  try {
    if (isOverdue(deps, found)) return (await closeSettlement(deps, found, 'EXPIRED')).settlement;
    const learned = await learnFromWeChat(deps, found);
    return learned.status === 'CLOSING' ? (await finishClosing(deps, learned)).settlement : learned;
  } catch (error) {
    if (!isInVain(error)) throw error;
    deps.log[error instanceof WeChatPayError ? 'warn' : 'error'](ASKED_IN_VAIN, { settlementId }, error);
    const now = (await settlements.get(deps.table, settlementId, { consistent: true })) ?? found;
    return giveUpIfDue(deps, now);
  }
}

function isOver({ status, method }: Settlement): boolean {
  return method !== 'WECHAT' || status === 'PAID' || status === 'CLOSED';
}
