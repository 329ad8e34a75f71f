import { markChargeRefunded } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { postRefund } from './ledger.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { placeOf, workOf } from './request-refund.ts';
import { type Refund, type RefundId, refunds, type Settlement, settlements } from './store.ts';
import { type RefundStatus, refundsBefore } from './transitions.ts';
import { openWork } from './worklist.ts';

const MOST_ATTEMPTS = 8;

/**
 * The money is with the payer again. Refund, settlement, ledger and, when nothing is left of the charge, its lock
 * change together; told of it again nothing happens (rule P4). `by`: the account that gave it over the counter.
 */
export async function refundSucceeded(
  deps: PaymentDeps,
  id: RefundId,
  at: string,
  by?: string,
): Promise<Refund> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const [refund, settlement] = await Promise.all([
      refunds.get(deps.table, id, { consistent: true }),
      settlements.get(deps.table, id.settlementId, { consistent: true }),
    ]);
    if (refund === undefined || settlement === undefined) throw new Error('a refund is gone');
    if (!refundsBefore('SUCCESS').includes(refund.status)) return refund;
    if (await succeeded(deps, settlement, refund, { at, by })) {
      return { ...refund, status: 'SUCCESS', endedAt: at };
    }
  }
  throw houseErrors.refusal('CONFLICT');
}

async function succeeded(
  deps: PaymentDeps,
  settlement: Settlement,
  refund: Refund,
  { at, by }: { readonly at: string; readonly by: string | undefined },
): Promise<boolean> {
  const { settlementId, patientId, late } = settlement;
  const { refundNo, amountFen } = refund;
  const { path, line } = placeOf(settlement, refund);
  // A late payment that could not be delivered never had the charge.
  const isWhole = line.refundedFen + amountFen === line.selfFen && late !== 'GIVEN_BACK';
  const { ok } = await deps.table.transact([
    refunds.updateOperation(
      refund,
      { set: { status: 'SUCCESS', endedAt: at } },
      {
        if: { status: { in: refundsBefore('SUCCESS') } },
        event: eventFor(deps, 'payment.refund-succeeded', {
          data: { settlementId, refundNo, patientId, amountFen, ...(by === undefined ? {} : { by }) },
        }),
        timer: null,
      },
    ),
    settlements.updateOperation(
      settlementId,
      { add: { [`${path}.refundedFen`]: amountFen } },
      { if: { [`${path}.refundedFen`]: line.refundedFen } },
    ),
    postRefund(settlement, refund, at),
    ...(isWhole ? [markChargeRefunded(deps, { ...line, patientId }, settlementId)] : []),
  ]);
  return ok;
}

/** It did not come about, or needs a hand at the merchant's desk: a person hears of it in the same write. */
export async function refundFailed(
  deps: PaymentDeps,
  refund: Refund,
  to: 'CLOSED' | 'ABNORMAL',
  refusal?: string,
): Promise<void> {
  const { settlementId, refundNo, patientId, amountFen } = refund;
  const kind = refusal === undefined ? (`REFUND_${to}` as const) : 'REFUND_REFUSED';
  await deps.table.transact([
    refunds.updateOperation(
      refund,
      {
        set: {
          status: to,
          ...(to === 'CLOSED' ? { endedAt: instant(deps.clock) } : {}),
          ...(refusal === undefined ? {} : { refusal }),
        },
      },
      {
        if: { status: { in: refundsBefore(to) } },
        event: eventFor(deps, 'payment.refund-failed', {
          data: { settlementId, refundNo, patientId, amountFen },
        }),
        timer: null,
      },
    ),
    openWork(deps, workOf(refund, kind), { isNews: true }),
  ]);
}

/** What WeChat says of a refund, by answer, query or notification. */
export async function applyRefundState(
  deps: PaymentDeps,
  refund: Refund,
  state: Extract<RefundStatus, 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'>,
  refundedAt: string | undefined,
): Promise<void> {
  switch (state) {
    case 'SUCCESS':
      await refundSucceeded(deps, refund, refundedAt ?? instant(deps.clock));
      return;
    case 'CLOSED':
    case 'ABNORMAL':
      await refundFailed(deps, refund, state);
      return;
    case 'PROCESSING':
      await refunds.update(
        deps.table,
        refund,
        { set: { status: 'PROCESSING' } },
        { if: { status: { in: refundsBefore('PROCESSING') } } },
      );
  }
}
