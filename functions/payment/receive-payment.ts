import { markChargePaid } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { postPayment } from './ledger.ts';
import { type PaymentDeps, weChatSide } from './payment-deps.ts';
import { askRefund } from './request-refund.ts';
import type { Paid } from './settlement-at-wechat.ts';
import { type Settlement, settlements } from './store.ts';
import { signerOf } from './wechat-sides.ts';
import { openWork } from './worklist.ts';

const DIFFERS = logEntry('PAYMENT_AMOUNT_DIFFERS', 'what was paid is not what was asked; a person decides');

/**
 * Money has come. Settlement, locks and ledger change in one transaction, so that it is taken in once however often
 * and in whatever order WeChat tells of it (rules P1–P4). After the settlement was let go it is late: delivered if
 * everything in it can still be had, else given back whole. Undefined: it is for no settlement of ours.
 */
export async function receivePayment(
  deps: PaymentDeps,
  settlementId: string,
  paid: Paid,
): Promise<Settlement | undefined> {
  const settlement = await settlements.get(deps.table, settlementId, { consistent: true });
  if (settlement === undefined || settlement.status === 'PAID') return settlement;
  if (!isForUs(deps, settlement, paid)) return undefined;
  if (!isAsAsked(settlement, paid)) return reported(deps, settlement, paid);
  if (settlement.status !== 'CLOSED') {
    const inTime = await taken(deps, settlement, paid);
    if (inTime !== undefined) return inTime;
    // Closed, or paid, in this very moment.
    const now = await reread(deps, settlementId);
    if (now.status !== 'CLOSED') return assertPaid(now);
  }
  const delivered = await taken(deps, settlement, paid, 'DELIVERED');
  if (delivered !== undefined) return delivered;
  if ((await taken(deps, settlement, paid, 'GIVEN_BACK')) !== undefined) await giveBack(deps, settlementId);
  return assertPaid(await reread(deps, settlementId));
}

/** What could not be delivered goes back to the payer. Repeated by the settlement's event until it is asked for. */
export async function giveBack(deps: PaymentDeps, settlementId: string): Promise<void> {
  const settlement = await reread(deps, settlementId);
  if (settlement.late !== 'GIVEN_BACK') return;
  for (const { chargeId } of settlement.lines) {
    await askRefund(deps, settlementId, { chargeId, key: 'late', reason: '超时支付退款', by: 'system' });
  }
}

/**
 * A number is known to one merchant: what another one was paid under it is another order, and pays nothing of ours. Who
 * paid is not asked: WeChat opens the cashier for the order's payer alone.
 */
function isForUs(deps: PaymentDeps, settlement: Settlement, paid: Paid): boolean {
  const isOurSide = paid.mchid === signerOf(settlement) && paid.appid === weChatSide(deps).appId;
  const isOurPayee = (theirs: Paid['orders'][number]) =>
    settlement.orders.every(
      ({ outTradeNo, mchid, subMchid = '' }) =>
        theirs.outTradeNo !== outTradeNo || (theirs.mchid === mchid && (theirs.subMchid ?? '') === subMchid),
    );
  return isOurSide && paid.orders.every(isOurPayee);
}

function isAsAsked({ orders }: Settlement, paid: Paid): boolean {
  return (
    orders.length === paid.orders.length &&
    orders.every(({ outTradeNo, totalFen }) =>
      paid.orders.some((each) => each.outTradeNo === outTradeNo && each.totalFen === totalFen),
    )
  );
}

/** The settlement as it is then; undefined: it, or one of its charges, is no longer to be had like this. */
async function taken(
  deps: PaymentDeps,
  settlement: Settlement,
  paid: Paid,
  late?: 'DELIVERED' | 'GIVEN_BACK',
): Promise<Settlement | undefined> {
  const { settlementId, patientId, lines } = settlement;
  const orders = settlement.orders.map((order) => {
    const { transactionId } = paid.orders.find((each) => each.outTradeNo === order.outTradeNo) ?? {};
    return { ...order, ...(transactionId === undefined ? {} : { transactionId }) };
  });
  const lateness = late === undefined ? {} : { late };
  const change = {
    status: 'PAID' as const,
    paidAt: paid.paidAt,
    orders,
    ...lateness,
  };
  const delivered = late === 'GIVEN_BACK' ? [] : lines;
  const { ok } = await deps.table.transact([
    settlements.updateOperation(
      settlementId,
      { set: change },
      {
        if: { status: { in: late === undefined ? ['PENDING', 'CLOSING'] : ['CLOSED'] } },
        event: eventFor(deps, 'payment.settlement-paid', {
          data: { settlementId, patientId, totalFen: settlement.totalFen, ...lateness },
        }),
        timer: null,
      },
    ),
    postPayment(settlement, paid.paidAt),
    ...delivered.map((line) => markChargePaid(deps, { ...line, patientId }, settlementId)),
  ]);
  return ok ? { ...settlement, ...change } : undefined;
}

/** Nothing is given for a sum that was not asked: what WeChat holds is a person's to decide about. */
async function reported(deps: PaymentDeps, settlement: Settlement, paid: Paid): Promise<Settlement> {
  const { settlementId, lines, totalFen } = settlement;
  deps.log.error(DIFFERS, { settlementId });
  const listId = lines[0]?.payeeId ?? `merchant-${paid.mchid}`;
  await deps.table.transact([
    openWork(deps, {
      workItemId: `amount-${settlementId}`,
      listId,
      kind: 'AMOUNT_DIFFERS',
      settlementId,
      mchid: paid.mchid,
      ourFen: totalFen,
      theirFen: paid.orders.reduce((sum, order) => sum + order.totalFen, 0),
    }),
  ]);
  return settlement;
}

async function reread({ table }: PaymentDeps, settlementId: string): Promise<Settlement> {
  const settlement = await settlements.get(table, settlementId, { consistent: true });
  if (settlement === undefined) throw new Error('a settlement is gone');
  return settlement;
}

function assertPaid(settlement: Settlement): Settlement {
  if (settlement.status !== 'PAID') throw new Error('money was received and not taken in');
  return settlement;
}
