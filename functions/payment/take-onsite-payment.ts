import { markChargePaid } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { addFen } from '../../shared/kernel/fen.ts';
import { postPayment } from './ledger.ts';
import { chooseCharges, notOpen } from './open-charges.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { lineOf } from './plan-orders.ts';
import { outTradeNoOf, type Settlement, settlementIdOf, settlements, settlementsOf } from './store.ts';

export interface OnsitePayment {
  readonly institutionId: string;
  readonly patientId: string;
  readonly chargeIds: readonly string[];
  readonly means: 'CASH' | 'CARD' | 'OTHER';
  /** The clerk's account. */
  readonly accountId: string;
  readonly requestKey: string;
}

/**
 * A clerk took the money at the window: settlement, locks and ledger in one transaction. What is being paid online at
 * that moment is refused (rule P3): the payer closes that first. Only the institution's own charges.
 */
export async function takeOnsitePayment(deps: PaymentDeps, order: OnsitePayment): Promise<Settlement> {
  const { institutionId, patientId, chargeIds, means, accountId, requestKey } = order;
  // A key used again at another institution is another request.
  const settlementId = settlementIdOf(accountId, institutionId, patientId, requestKey);
  const before = await settlements.get(deps.table, settlementId, { consistent: true });
  if (before !== undefined) return before;
  const chosen = await chooseCharges(deps, { patientId, chargeIds, payeeId: institutionId });
  const now = instant(deps.clock);
  const outTradeNo = outTradeNoOf(settlementId, 0);
  const lines = chosen.map((charge) => {
    const shares = { fundFen: 0, accountFen: 0, selfFen: charge.amountFen };
    return lineOf(charge, shares, outTradeNo);
  });
  const totalFen = addFen(...lines.map(({ amountFen }) => amountFen));
  const settlement: Settlement = {
    settlementId,
    patientId,
    openedBy: accountId,
    method: 'ONSITE',
    status: 'PAID',
    totalFen,
    lines,
    orders: [{ outTradeNo, mchid: '', totalFen, refunds: 0 }],
    openedAt: now,
    payBy: now,
    paidAt: now,
    checks: 0,
    onsite: { means, institutionId },
    lookupPk: settlementsOf(patientId),
    lookupSk: `${now}#${settlementId}`,
  };
  const outcome = await deps.table.transact([
    settlements.putOperation(settlementId, settlement, {
      if: { $exists: false },
      event: eventFor(deps, 'payment.settlement-paid', {
        data: { settlementId, patientId, totalFen, by: accountId },
      }),
    }),
    postPayment(settlement, now),
    ...lines.map((line) => markChargePaid(deps, { ...line, patientId }, settlementId)),
  ]);
  if (outcome.ok) return settlement;
  const [ofSettlement, , ...ofCharges] = outcome.failures;
  if (ofSettlement?.failed && ofSettlement.current) return settlements.from(ofSettlement.current);
  throw notOpen(lines.filter((_, index) => ofCharges[index]?.failed).map(({ chargeId }) => chargeId));
}
