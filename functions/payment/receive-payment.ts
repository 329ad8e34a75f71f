import { markChargePaid } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { logEntry } from '../../shared/observability/log.ts';
import type { PaidCombinedTrade } from '../../shared/wechat/pay/combined-trade.ts';
import type { PaidTrade } from '../../shared/wechat/pay/trade.ts';
import { paymentErrors } from './errors.ts';
import { payeeAccount, post, providerAccount } from './ledger.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { askRefund } from './request-refund.ts';
import { type Settlement, settlements } from './store.ts';
import { openWork } from './worklist.ts';

/** What WeChat says was paid, by notification or by query. */
export interface Paid {
  readonly mchid: string;
  readonly paidAt: string;
  readonly orders: readonly {
    readonly outTradeNo: string;
    readonly transactionId: string;
    readonly totalFen: number;
  }[];
}

export function fromTrade({ mchid, paidAt, outTradeNo, transactionId, totalFen }: PaidTrade): Paid {
  return { mchid, paidAt, orders: [{ outTradeNo, transactionId, totalFen }] };
}

export function fromCombined({ mchid, subOrders }: PaidCombinedTrade): Paid {
  const [first] = subOrders;
  return { mchid, paidAt: first?.paidAt ?? '', orders: subOrders };
}

const DIFFERS = logEntry('PAYMENT_AMOUNT_DIFFERS', 'what was paid is not what was asked; a person decides');

/**
 * Money has come. Settlement, locks and ledger change in one transaction, so that it is taken in once however often
 * and in whatever order WeChat tells of it (rules P1–P4). After the settlement was let go it is late: delivered if
 * everything in it can still be had, else given back whole.
 */
export async function receivePayment(
  deps: PaymentDeps,
  settlementId: string,
  paid: Paid,
): Promise<Settlement> {
  const settlement = await settlements.get(deps.table, settlementId, { consistent: true });
  if (settlement === undefined) throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
  if (settlement.status === 'PAID') return settlement;
  if (!isAsAsked(settlement, paid)) return reported(deps, settlement, paid);
  if (settlement.status !== 'CLOSED') {
    if (await taken(deps, settlement, paid)) return reread(deps, settlementId);
    // Closed, or paid, in this very moment.
    const now = await reread(deps, settlementId);
    if (now.status !== 'CLOSED') return assertPaid(now);
  }
  if (await taken(deps, settlement, paid, 'DELIVERED')) return reread(deps, settlementId);
  if (await taken(deps, settlement, paid, 'GIVEN_BACK')) await giveBack(deps, settlementId);
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

function isAsAsked({ orders }: Settlement, paid: Paid): boolean {
  return (
    orders.length === paid.orders.length &&
    orders.every(({ outTradeNo, totalFen }) =>
      paid.orders.some((each) => each.outTradeNo === outTradeNo && each.totalFen === totalFen),
    )
  );
}

async function taken(
  deps: PaymentDeps,
  { settlementId, patientId, lines, orders }: Settlement,
  paid: Paid,
  late?: 'DELIVERED' | 'GIVEN_BACK',
): Promise<boolean> {
  const { paidAt } = paid;
  const paidOrders = orders.map((order) => {
    const { transactionId } = paid.orders.find((each) => each.outTradeNo === order.outTradeNo) ?? {};
    return { ...order, ...(transactionId === undefined ? {} : { transactionId }) };
  });
  const delivered: readonly TransactOperation[] =
    late === 'GIVEN_BACK'
      ? []
      : lines.map((line) => markChargePaid(deps, { ...line, patientId }, settlementId));
  const outcome = await deps.table.transact([
    settlements.updateOperation(
      settlementId,
      { set: { status: 'PAID', paidAt, orders: paidOrders, ...(late === undefined ? {} : { late }) } },
      {
        if: { status: { in: late === undefined ? ['PENDING', 'CLOSING'] : ['CLOSED'] } },
        event: eventFor(deps, 'payment.settlement-paid', { data: { settlementId, patientId } }),
        timer: null,
      },
    ),
    post({
      postingId: `paid-${settlementId}`,
      kind: 'PAYMENT',
      at: paidAt,
      settlementId,
      lines: [
        ...orders.map(({ mchid, totalFen, outTradeNo }) => ({
          account: providerAccount(mchid),
          fen: totalFen,
          outTradeNo,
        })),
        ...lines.map(({ payeeId, selfFen, outTradeNo, chargeId }) => ({
          account: payeeAccount(payeeId),
          fen: -selfFen,
          outTradeNo,
          chargeId,
        })),
      ],
    }),
    ...delivered,
  ]);
  return outcome.ok;
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
