import { openCharge } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { Key } from '../../shared/data/table.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import type { CloseOutcome } from '../../shared/wechat/pay/orders.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import { isPaid } from '../../shared/wechat/pay/trade.ts';
import { paymentErrors } from './errors.ts';
import { nextCheckAt } from './open-settlement.ts';
import { type PaymentDeps, paymentSettings, policyNow } from './payment-deps.ts';
import { fromCombined, fromTrade, receivePayment } from './receive-payment.ts';
import { CHECK, type Settlement, settlementOf, settlements } from './store.ts';
import { settlementsBefore } from './transitions.ts';
import { payeeOf, signerOf } from './wechat-sides.ts';

const ASKED_IN_VAIN = logEntry(
  'PAYMENT_CHECK_IN_VAIN',
  'WeChat Pay gave nothing about an order; asked again later',
);
const GIVEN_UP = logEntry(
  'PAYMENT_GIVEN_UP',
  'an order could neither be closed nor paid in time and was let go',
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

/** A call in vain is no failure of the timer: it would be parked after ten of them, and a wait would have no end. */
async function stepped(deps: PaymentDeps, found: Settlement): Promise<Settlement> {
  const { settlementId } = found;
  try {
    const learned = await learnFromWeChat(deps, found);
    if (isOver(learned)) return learned;
    if (learned.status === 'CLOSING') return (await finishClosing(deps, learned)).settlement;
    if (learned.payBy > instant(deps.clock)) return learned;
    return (await closeSettlement(deps, learned, 'EXPIRED')).settlement;
  } catch (error) {
    if (!(error instanceof WeChatPayError)) throw error;
    deps.log.warn(ASKED_IN_VAIN, { settlementId }, error);
    const now = (await settlements.get(deps.table, settlementId, { consistent: true })) ?? found;
    return mayGiveUp(deps, now) ? giveUp(deps, now) : now;
  }
}

function isOver({ status, method }: Settlement): boolean {
  return method !== 'WECHAT' || status === 'PAID' || status === 'CLOSED';
}

/** Asks WeChat and takes in what it says. @throws WeChatPayError */
export async function learnFromWeChat(deps: PaymentDeps, settlement: Settlement): Promise<Settlement> {
  const { settlementId, combinedBy, orders } = settlement;
  const pay = await deps.weChatPay(signerOf(settlement));
  if (combinedBy !== undefined) {
    const trade = await pay.queryCombined(settlementId);
    return trade?.isPaid === true ? receivePayment(deps, settlementId, fromCombined(trade)) : settlement;
  }
  const [order] = orders;
  const { appId = '' } = paymentSettings(deps).wechat ?? {};
  if (order === undefined) return settlement;
  const trade = await pay.queryOrder(payeeOf(order, appId), { outTradeNo: order.outTradeNo });
  return trade !== undefined && isPaid(trade)
    ? receivePayment(deps, settlementId, fromTrade(trade))
    : settlement;
}

export interface Closed {
  readonly settlement: Settlement;
  readonly outcome: CloseOutcome;
}

/** Rule P5: first nobody is sent to the cashier any more, then WeChat closes the order, then the charges are let go. */
export async function closeSettlement(
  deps: PaymentDeps,
  { settlementId }: Pick<Settlement, 'settlementId'>,
  because: 'EXPIRED' | 'PAYER',
): Promise<Closed> {
  const outcome = await settlements.update(
    deps.table,
    settlementId,
    { set: { status: 'CLOSING', closedBecause: because } },
    // From here on the timer looks after it, whatever becomes of this request.
    {
      if: { status: { in: settlementsBefore('CLOSING') }, method: 'WECHAT' },
      timer: { kind: CHECK, at: instant(deps.clock) },
    },
  );
  const current = outcome.ok ? outcome.item : outcome.current;
  if (current === undefined) throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
  if (current.status !== 'CLOSING') {
    return { settlement: current, outcome: current.status === 'PAID' ? 'PAID' : 'UNPAYABLE' };
  }
  return finishClosing(deps, current);
}

/** @throws WeChatPayError */
async function finishClosing(deps: PaymentDeps, settlement: Settlement): Promise<Closed> {
  const outcome = await closeAtWeChat(deps, settlement);
  switch (outcome) {
    case 'PAID':
      return { settlement: await learnFromWeChat(deps, settlement), outcome };
    case 'PAYING':
      return {
        settlement: mayGiveUp(deps, settlement) ? await giveUp(deps, settlement) : settlement,
        outcome,
      };
    default:
      // UNKNOWN: it never reached WeChat. Nobody has its prepay id, since only a PENDING one is handed out.
      return { settlement: await letGo(deps, settlement), outcome };
  }
}

async function closeAtWeChat(deps: PaymentDeps, settlement: Settlement): Promise<CloseOutcome> {
  const { settlementId, combinedBy, orders } = settlement;
  const pay = await deps.weChatPay(signerOf(settlement));
  const { appId = '' } = paymentSettings(deps).wechat ?? {};
  if (combinedBy !== undefined) {
    const subOrders = orders.map(({ mchid, subMchid, outTradeNo }) => ({
      mchid,
      ...(subMchid === undefined ? {} : { subMchid }),
      outTradeNo,
    }));
    return pay.closeCombined({ appid: appId, mchid: combinedBy, combineOutTradeNo: settlementId, subOrders });
  }
  const [order] = orders;
  return order === undefined ? 'UNKNOWN' : pay.closeOrder(payeeOf(order, appId), order.outTradeNo);
}

function mayGiveUp(deps: PaymentDeps, { payBy, status }: Settlement): boolean {
  const end = Date.parse(payBy) + policyNow(deps).giveUpAfterMinutes * 60_000;
  return status === 'CLOSING' && deps.clock.now() >= end;
}

/** Every wait has an end. Money that comes all the same is delivered if it still can be, else given back. */
async function giveUp(deps: PaymentDeps, settlement: Settlement): Promise<Settlement> {
  deps.log.error(GIVEN_UP, { settlementId: settlement.settlementId });
  return letGo(deps, settlement, 'GIVEN_UP');
}

async function letGo(
  deps: PaymentDeps,
  { settlementId, patientId, lines }: Settlement,
  because?: 'GIVEN_UP',
): Promise<Settlement> {
  const outcome = await deps.table.transact([
    settlements.updateOperation(
      settlementId,
      {
        set: {
          status: 'CLOSED',
          closedAt: instant(deps.clock),
          ...(because === undefined ? {} : { closedBecause: because }),
        },
      },
      {
        if: { status: { in: settlementsBefore('CLOSED') } },
        event: eventFor(deps, 'payment.settlement-closed', { data: { settlementId, patientId } }),
        timer: null,
      },
    ),
    ...lines.map((line) => openCharge(deps, { ...line, patientId }, settlementId)),
  ]);
  const settlement = await settlements.get(deps.table, settlementId, { consistent: true });
  if (settlement === undefined) throw new Error('a settlement is gone');
  // Somebody was faster: paid, or closed already.
  if (!outcome.ok && settlement.status === 'CLOSING')
    throw new Error('a charge is not claimed by its settlement');
  return settlement;
}
