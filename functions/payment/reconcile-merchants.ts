import { entity } from '../../shared/data/entity.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { type PaymentDeps, policyNow } from './payment-deps.ts';
import type { PayeeAccount } from './store.ts';

/**
 * Which merchants have ever taken an institution's money. Never removed: an institution that changes its merchant
 * still has refunds on the old one's bills.
 */
export interface MerchantUse {
  readonly mchid: string;
  readonly institutionId: string;
}

const PK = 'payment#merchants';

const merchantUses = entity<MerchantUse, MerchantUse>('payment', 'merchant', ({ mchid, institutionId }) => ({
  pk: PK,
  sk: `merchant#${mchid}#${institutionId}`,
}));

export function noteMerchant({
  mchid,
  institutionId,
}: Pick<PayeeAccount, 'mchid' | 'institutionId'>): TransactOperation {
  return merchantUses.putOperation({ mchid, institutionId }, { mchid, institutionId });
}

/** The combining one among them: what is paid to others through it is on their bills, but it has a bill too. */
export async function merchantsInUse(deps: PaymentDeps): Promise<readonly string[]> {
  const uses = await usesOf(deps, 'merchant#');
  const { combiningMerchant } = policyNow(deps);
  return [...new Set([...uses.map(({ mchid }) => mchid), ...(combiningMerchant ? [combiningMerchant] : [])])];
}

export async function institutionsOf(
  deps: Pick<PaymentDeps, 'table'>,
  mchid: string,
): Promise<readonly string[]> {
  const uses = await usesOf(deps, `merchant#${mchid}#`);
  return uses.map(({ institutionId }) => institutionId);
}

/** Whose work it is when nobody knows whose payment it was: the merchant's one institution, or the authority's. */
export async function listOfMerchant(deps: Pick<PaymentDeps, 'table'>, mchid: string): Promise<string> {
  const [only, ...others] = await institutionsOf(deps, mchid);
  return only !== undefined && others.length === 0 ? only : merchantList(mchid);
}

export function merchantList(mchid: string): string {
  return `merchant-${mchid}`;
}

function usesOf({ table }: Pick<PaymentDeps, 'table'>, prefix: string): Promise<readonly MerchantUse[]> {
  return everyPage(table, merchantUses, { pk: PK, sk: { beginsWith: prefix }, consistent: true });
}
