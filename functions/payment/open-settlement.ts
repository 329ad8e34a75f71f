import { claimCharge } from '../../shared/charges/charge-lock.ts';
import { eventFor } from '../../shared/data/events.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { addFen } from '../../shared/kernel/fen.ts';
import { priceSchema } from '../../shared/wechat/pay/fields.ts';
import { paymentErrors } from './errors.ts';
import { chooseCharges, notOpen, type OpenCharge } from './open-charges.ts';
import { afterPause } from './pauses.ts';
import { type PaymentDeps, policyNow } from './payment-deps.ts';
import { planOrders } from './plan-orders.ts';
import { CHECK, type Settlement, settlementIdOf, settlements, settlementsOf } from './store.ts';

export interface SettlementRequest {
  readonly patientId: string;
  readonly chargeIds: readonly string[];
  /** The account that pays. */
  readonly accountId: string;
  readonly requestKey: string;
  readonly traceparent?: string;
}

/**
 * Claims every chosen charge, or none, in one transaction with the settlement: from then on nobody else can pay them
 * and their owners let nothing go (rules P3, P5). Amounts are the charges' own. A repeat answers the same settlement.
 */
export async function openSettlement(deps: PaymentDeps, request: SettlementRequest): Promise<Settlement> {
  const { patientId, accountId, requestKey, traceparent } = request;
  const settlementId = settlementIdOf(accountId, patientId, requestKey);
  const before = await settlements.get(deps.table, settlementId, { consistent: true });
  if (before !== undefined) return before;
  const chosen = await chooseCharges(deps, request);
  const payBy = payByOf(deps, chosen);
  const { lines, orders } = await planOrders(deps, { settlementId, patientId, charges: chosen });
  if (!orders.every(({ totalFen }) => priceSchema.safeParse(totalFen).success))
    throw paymentErrors.refusal('SUM_NOT_PAYABLE');
  const combinedBy = orders.length > 1 ? policyNow(deps).combiningMerchant : undefined;
  if (orders.length > 1 && combinedBy === undefined) throw paymentErrors.refusal('CANNOT_COMBINE');
  // Nothing is claimed that could neither be placed nor given back: a merchant without keys is found out here.
  const merchants = [...orders.map(({ mchid }) => mchid), ...(combinedBy === undefined ? [] : [combinedBy])];
  await Promise.all([...new Set(merchants)].map(deps.weChatPay));
  const openedAt = instant(deps.clock);
  const settlement: Settlement = {
    settlementId,
    patientId,
    openedBy: accountId,
    method: 'WECHAT',
    status: 'PENDING',
    totalFen: addFen(...orders.map(({ totalFen }) => totalFen)),
    lines,
    orders,
    ...(combinedBy === undefined ? {} : { combinedBy }),
    openedAt,
    payBy,
    checks: 0,
    lookupPk: settlementsOf(patientId),
    lookupSk: `${openedAt}#${settlementId}`,
  };
  const outcome = await deps.table.transact([
    settlements.putOperation(settlementId, settlement, {
      if: { $exists: false },
      event: eventFor(deps, 'payment.settlement-opened', {
        data: { settlementId, patientId, by: accountId },
        ...(traceparent === undefined ? {} : { traceparent }),
      }),
      timer: { kind: CHECK, at: nextCheckAt(deps, settlement) },
    }),
    ...chosen.map((charge) => claimCharge(deps, { patientId, ...charge }, settlementId)),
  ]);
  if (outcome.ok) return settlement;
  const [ofSettlement, ...ofCharges] = outcome.failures;
  if (ofSettlement?.failed && ofSettlement.current) return settlements.from(ofSettlement.current);
  throw notOpen(chosen.filter((_, index) => ofCharges[index]?.failed).map(({ chargeId }) => chargeId));
}

/** When WeChat is asked next, or the time to pay is over. */
export function nextCheckAt(
  deps: Pick<PaymentDeps, 'city' | 'clock'>,
  { checks, payBy, status }: Pick<Settlement, 'checks' | 'payBy' | 'status'>,
): string {
  const next = afterPause(deps.clock, policyNow(deps).checkAfterSeconds, checks);
  return status === 'PENDING' && payBy < next ? payBy : next;
}

/** From then on WeChat lets nobody pay it; the settlement's timer closes it. */
export function isOverdue(
  { clock }: Pick<PaymentDeps, 'clock'>,
  { payBy }: Pick<Settlement, 'payBy'>,
): boolean {
  return payBy <= instant(clock);
}

/** The first of the charges to run out decides for all. */
function payByOf(deps: PaymentDeps, charges: readonly OpenCharge[]): string {
  const { settlementMinutes, leastSecondsToPay } = policyNow(deps);
  const latest = new Date(deps.clock.now() + settlementMinutes * 60_000).toISOString();
  const payBy = charges.reduce((first, charge) => {
    return charge.payBy !== undefined && charge.payBy < first ? charge.payBy : first;
  }, latest);
  if (Date.parse(payBy) - deps.clock.now() < leastSecondsToPay * 1000)
    throw paymentErrors.refusal('TOO_LATE_TO_PAY', { context: { payBy } });
  return payBy;
}
