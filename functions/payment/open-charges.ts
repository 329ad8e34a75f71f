import { type Charge, chargeSchema } from '../../shared/charges/charge.ts';
import { chargesOf } from '../../shared/data/carried.ts';
import { contextOf } from '../../shared/data/schema.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';

export interface OpenCharge extends Charge {
  /** The context whose charge it is. */
  readonly owner: string;
  /** Since when it is owed. */
  readonly since: string;
}

/** More than this nobody owes at once. */
const MOST = 200;

/**
 * What a patient owes, over all contexts, oldest first. From an index: what is shown may be some seconds old; whether
 * a charge can be paid is decided by its lock. Amount, payee and id of a charge never change.
 */
export async function openCharges(
  { table }: Pick<Deps, 'table'>,
  patientId: string,
): Promise<readonly OpenCharge[]> {
  const { items } = await table.query({ index: 'charges', pk: chargesOf(patientId), limit: MOST });
  return items.flatMap(openChargeOf);
}

function openChargeOf(item: Item): readonly OpenCharge[] {
  const { data: charge } = chargeSchema.safeParse(item['charge']);
  if (charge === undefined || charge.status !== 'OPEN') return [];
  return [{ ...charge, owner: contextOf(item.pk), since: String(item['chargeAt']) }];
}
