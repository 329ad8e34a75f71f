import { openCharge } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import type { CloseOutcome } from '../../shared/wechat/pay/orders.ts';
import { paymentErrors } from './errors.ts';
import { learnFromWeChat } from './learn-from-wechat.ts';
import { type PaymentDeps, policyNow } from './payment-deps.ts';
import { closeOrder } from './settlement-at-wechat.ts';
import { CHECK, type Settlement, settlements } from './store.ts';
import { settlementsBefore } from './transitions.ts';

const GIVEN_UP = logEntry(
  'PAYMENT_GIVEN_UP',
  'an order could neither be closed nor paid in time and was let go',
);

export interface Closed {
  readonly settlement: Settlement;
  readonly outcome: CloseOutcome;
}

/**
 * Rule P5: first nobody is sent to the cashier any more, then WeChat closes the order, then the charges are let go. `by`:
 * the account that gave up; what it did not see the end of, time has done.
 */
export async function closeSettlement(
  deps: PaymentDeps,
  { settlementId }: Pick<Settlement, 'settlementId'>,
  because: 'EXPIRED' | 'PAYER',
  by?: string,
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
  return finishClosing(deps, current, by);
}

/** @throws WeChatPayError */
export async function finishClosing(deps: PaymentDeps, settlement: Settlement, by?: string): Promise<Closed> {
  const outcome = await closeOrder(deps, settlement);
  switch (outcome) {
    case 'PAID':
      // Still CLOSING where it was paid another sum than was asked: the charges do not wait for who decides about that.
      return { settlement: await giveUpIfDue(deps, await learnFromWeChat(deps, settlement)), outcome };
    case 'PAYING':
      return { settlement: await giveUpIfDue(deps, settlement), outcome };
    default:
      // UNKNOWN: it never reached WeChat. Nobody has its prepay id, since only a PENDING one is handed out.
      return { settlement: await letGo(deps, settlement, { by }), outcome };
  }
}

/** Every wait has an end. Money that comes all the same is delivered if it still can be, else given back. */
export async function giveUpIfDue(deps: PaymentDeps, settlement: Settlement): Promise<Settlement> {
  const { payBy, status, settlementId } = settlement;
  const end = Date.parse(payBy) + policyNow(deps).giveUpAfterMinutes * 60_000;
  if (status !== 'CLOSING' || deps.clock.now() < end) return settlement;
  deps.log.error(GIVEN_UP, { settlementId });
  return letGo(deps, settlement, { because: 'GIVEN_UP' });
}

async function letGo(
  deps: PaymentDeps,
  { settlementId, patientId, lines }: Settlement,
  { because, by }: { readonly because?: 'GIVEN_UP'; readonly by?: string | undefined },
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
        event: eventFor(deps, 'payment.settlement-closed', {
          data: { settlementId, patientId, ...(by === undefined ? {} : { by }) },
        }),
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
