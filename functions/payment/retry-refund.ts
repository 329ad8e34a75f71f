import { eventFor } from '../../shared/data/events.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { refundSucceeded } from './end-refund.ts';
import { paymentErrors } from './errors.ts';
import { learnRefund } from './follow-refund.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { workIdOf } from './request-refund.ts';
import { REFUND, type Refund, type RefundId, refundNoOf, refunds, settlements } from './store.ts';
import { refundsBefore } from './transitions.ts';
import { resolveWork } from './worklist.ts';

export interface Deciding extends RefundId {
  readonly institutionId: string;
  /** The clerk's account. */
  readonly accountId: string;
}

/** A refund that WeChat gave up is asked for anew: under a number of its own, in place of the old one. */
export async function retryRefund(deps: PaymentDeps, deciding: Deciding): Promise<Refund> {
  const old = await refundOf(deps, deciding);
  const refundNo = refundNoOf(old.settlementId, old.chargeId, `after-${old.refundNo}`);
  const id = { settlementId: old.settlementId, refundNo };
  const next: Refund = {
    refundNo,
    settlementId: old.settlementId,
    patientId: old.patientId,
    chargeId: old.chargeId,
    outTradeNo: old.outTradeNo,
    payeeId: old.payeeId,
    amountFen: old.amountFen,
    reason: old.reason,
    status: 'REQUESTED',
    requestedAt: instant(deps.clock),
    requestedBy: deciding.accountId,
    attempts: 0,
  };
  const { ok } = await deps.table.transact([
    refunds.updateOperation(
      old,
      { set: { status: 'REPLACED', replacedBy: refundNo } },
      { if: { status: { in: refundsBefore('REPLACED') } }, timer: null },
    ),
    refunds.putOperation(id, next, {
      if: { $exists: false },
      event: eventFor(deps, 'payment.refund-requested', {
        data: { settlementId: old.settlementId, refundNo, patientId: old.patientId, by: deciding.accountId },
      }),
      timer: { kind: REFUND, at: instant(deps.clock) },
    }),
  ]);
  const stands = ok ? next : await refunds.get(deps.table, id, { consistent: true });
  if (stands === undefined) throw paymentErrors.refusal('WRONG_STATE', { context: { status: old.status } });
  await closeWork(deps, old, deciding.accountId, 'asked for anew');
  return stands;
}

/**
 * The money went back over the counter, or a clerk saw at WeChat's desk that it arrived: then WeChat says so, too,
 * whose notification may have been lost. @throws WeChatPayError
 */
export async function confirmRefund(deps: PaymentDeps, deciding: Deciding): Promise<Refund> {
  const found = await refundOf(deps, deciding);
  const settlement = await settlements.get(deps.table, found.settlementId, { consistent: true });
  if (settlement === undefined) throw paymentErrors.refusal('REFUND_NOT_FOUND');
  if (found.status === 'ABNORMAL') await learnRefund(deps, settlement, found);
  const refund = found.status === 'ABNORMAL' ? await refundOf(deps, deciding) : found;
  const atTheCounter = settlement.method === 'ONSITE' && refund.status === 'REQUESTED';
  if (refund.status !== 'SUCCESS' && !atTheCounter)
    throw paymentErrors.refusal('WRONG_STATE', { context: { status: refund.status } });
  const confirmed = await refundSucceeded(deps, refund, instant(deps.clock), deciding.accountId);
  await closeWork(deps, refund, deciding.accountId, 'given back at the counter');
  return confirmed;
}

async function refundOf(deps: PaymentDeps, { institutionId, accountId, ...id }: Deciding): Promise<Refund> {
  if (accountId === '') throw houseErrors.refusal('UNAUTHENTICATED');
  const refund = await refunds.get(deps.table, id, { consistent: true });
  if (refund?.payeeId !== institutionId) throw paymentErrors.refusal('REFUND_NOT_FOUND');
  return refund;
}

async function closeWork(deps: PaymentDeps, refund: Refund, by: string, note: string): Promise<void> {
  await resolveWork(deps, workIdOf(refund), { by, note });
}
