import { OWNER } from '../../../functions/booking/charges.ts';
import { hearOfCharge as hear } from '../../../functions/booking/hear-of-charge.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import {
  claimCharge,
  markChargePaid,
  markChargeRefunded,
  openCharge,
} from '../../../shared/charges/charge-lock.ts';
import type { TransactOperation } from '../../../shared/data/table.ts';
import type { Deps } from '../../../shared/deps.ts';

/** What payment does to the lock of a charge, with booking told of it at once or not at all. */

const SETTLEMENT = 'settlement-1';

export type PaymentStep = 'claim' | 'open' | 'pay' | 'refund';

/** False: the lock refuses it. */
export async function payment(
  deps: Deps,
  appointment: Appointment,
  step: PaymentStep,
  settlementId = SETTLEMENT,
): Promise<boolean> {
  const changed = await quietPayment(deps, appointment, step, settlementId);
  if (changed) await hearOfCharge(deps, appointment);
  return changed;
}

/** The same, its event not yet delivered. */
export async function quietPayment(
  deps: Deps,
  { charge, patientId }: Appointment,
  step: PaymentStep,
  settlementId = SETTLEMENT,
): Promise<boolean> {
  if (charge === undefined) throw new Error('there is nothing to pay');
  const facts = { owner: OWNER, patientId, ...charge };
  const operations: Record<PaymentStep, () => TransactOperation> = {
    claim: () => claimCharge(deps, facts, settlementId),
    open: () => openCharge(deps, facts, settlementId),
    pay: () => markChargePaid(deps, facts, settlementId),
    refund: () => markChargeRefunded(deps, facts, settlementId),
  };
  const { ok } = await deps.table.transact([operations[step]()]);
  return ok;
}

export async function hearOfCharge(deps: Deps, { charge, patientId }: Appointment): Promise<void> {
  if (charge !== undefined) await hear(deps, { patientId, chargeId: charge.chargeId });
}
