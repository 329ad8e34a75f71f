import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import type { Deps } from '../../../shared/deps.ts';
import { payeesOf } from './merchants.ts';
import { readCity } from './read-city.ts';

/** Who puts an account when nobody has logged in yet, as the record of it says. */
const LOADER = 'load-payees';

/** Says of each institution whose merchant takes its money. Those without one are paid at their window only. */
export async function loadPayees(deps: Pick<Deps, 'table' | 'clock'>, folder: string): Promise<void> {
  for (const [institutionId, mchid] of payeesOf(readCity(folder))) {
    await putPayee(deps, { institutionId, mchid }, LOADER);
  }
}
