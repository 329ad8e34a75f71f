import { paymentErrors } from './errors.ts';
import { checkShares } from './insurance.ts';
import type { OpenCharge } from './open-charges.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { type Line, type Order, outTradeNoOf, type PayeeAccount, payees } from './store.ts';

export interface Plan {
  readonly lines: readonly Line[];
  readonly orders: readonly Order[];
}

interface PlanRequest {
  readonly settlementId: string;
  readonly patientId: string;
  readonly charges: readonly OpenCharge[];
}

/** What is asked of the payer, one order a merchant account: institutions that share one share the order. */
export async function planOrders(
  deps: PaymentDeps,
  { settlementId, patientId, charges }: PlanRequest,
): Promise<Plan> {
  const accounts = await accountsOf(deps, charges);
  const shares = await deps.insurance.shares(patientId, charges);
  const merchants = [...new Set(accounts.map(merchantKey))];
  const numberOf = (account: PayeeAccount): string =>
    merchants.length === 1
      ? settlementId
      : outTradeNoOf(settlementId, merchants.indexOf(merchantKey(account)));
  const planned = charges.map((charge, index) => {
    const [account, split] = [accounts[index], shares[index]];
    if (account === undefined || split === undefined) throw new Error('a charge without account or shares');
    checkShares(charge.amountFen, split);
    return { account, line: lineOf(charge, split, numberOf(account)) };
  });
  const orders = new Map<string, Order>();
  for (const { account, line } of planned) {
    const { mchid, subMchid } = account;
    const { outTradeNo, selfFen } = line;
    const before = orders.get(outTradeNo)?.totalFen ?? 0;
    const merchant = { mchid, ...(subMchid === undefined ? {} : { subMchid }) };
    orders.set(outTradeNo, { outTradeNo, ...merchant, totalFen: before + selfFen, refunds: 0 });
  }
  return { lines: planned.map(({ line }) => line), orders: [...orders.values()] };
}

/** A charge as a line of a settlement: nothing of it asked back yet. */
export function lineOf(
  { owner, chargeId, category, amountFen, payeeId }: OpenCharge,
  { fundFen, accountFen, selfFen }: Pick<Line, 'fundFen' | 'accountFen' | 'selfFen'>,
  outTradeNo: string,
): Line {
  const bearing = { fundFen, accountFen, selfFen };
  return {
    owner,
    chargeId,
    category,
    amountFen,
    payeeId,
    ...bearing,
    outTradeNo,
    refundAskedFen: 0,
    refundedFen: 0,
  };
}

/** One a charge, in order. */
async function accountsOf(
  { table }: PaymentDeps,
  charges: readonly OpenCharge[],
): Promise<readonly PayeeAccount[]> {
  const ids = [...new Set(charges.map(({ payeeId }) => payeeId))];
  const found = new Map((await payees.getMany(table, ids)).map((account, index) => [ids[index], account]));
  const missing = ids.filter((id) => found.get(id) === undefined);
  if (missing.length > 0) {
    const reasons = missing.map((institutionId) => paymentErrors.reason('PAYEE_UNKNOWN', { institutionId }));
    throw paymentErrors.refusal('PAYEE_UNKNOWN', { reasons });
  }
  return charges.flatMap(({ payeeId }) => found.get(payeeId) ?? []);
}

function merchantKey({ mchid, subMchid }: PayeeAccount): string {
  return `${mchid}|${subMchid ?? ''}`;
}
