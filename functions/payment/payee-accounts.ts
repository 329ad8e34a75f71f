import { everyPage } from '../../shared/data/every-page.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { noteMerchant } from './reconcile-merchants.ts';
import { type PayeeAccount, payeeHistory, payees } from './store.ts';

/** From now on the institution's fees go to this account; settlements that are under way keep theirs. */
export async function putPayee(
  deps: Pick<PaymentDeps, 'table' | 'clock'>,
  account: Pick<PayeeAccount, 'institutionId' | 'mchid' | 'subMchid'>,
  putBy: string,
): Promise<PayeeAccount> {
  const put = { ...account, putBy, putAt: instant(deps.clock) };
  await deps.table.transact([
    payees.putOperation(account.institutionId, put),
    payeeHistory.putOperation(put, put),
    noteMerchant(account),
  ]);
  return put;
}

/** The account that is in force, and every one the institution has had, the newest first, with who put it and when. */
export async function readPayee(
  { table }: Pick<PaymentDeps, 'table'>,
  institutionId: string,
): Promise<{ readonly payee?: PayeeAccount; readonly history: readonly PayeeAccount[] }> {
  const payee = await payees.get(table, institutionId, { consistent: true });
  const puts = { pk: payees.key(institutionId).pk, sk: { beginsWith: 'put#' } };
  const history = await everyPage(table, payeeHistory, { ...puts, descending: true, consistent: true });
  return { ...(payee === undefined ? {} : { payee }), history };
}
