import { type Charge, chargeSchema } from '../../shared/charges/charge.ts';
import { chargesOf } from '../../shared/data/carried.ts';
import { contextOf } from '../../shared/data/schema.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { addFen } from '../../shared/kernel/fen.ts';
import { paymentErrors } from './errors.ts';

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

/** Charges with their sum, as people see them. */
export function listOf(charges: readonly OpenCharge[]): { charges: OpenCharge[]; totalFen: number } {
  return { charges: [...charges], totalFen: addFen(...charges.map(({ amountFen }) => amountFen)) };
}

export interface Choice {
  readonly patientId: string;
  readonly chargeIds: readonly string[];
  /** Only what is owed to this institution. */
  readonly payeeId?: string;
}

/** The charges that a payer or a clerk names, in their order. @throws Refusal CHARGE_NOT_OPEN naming those that are not open */
export async function chooseCharges(
  deps: Pick<Deps, 'table'>,
  { patientId, chargeIds, payeeId }: Choice,
): Promise<readonly OpenCharge[]> {
  const open = await openCharges(deps, patientId);
  const byId = new Map(
    open.flatMap((charge) =>
      payeeId === undefined || charge.payeeId === payeeId ? [[charge.chargeId, charge] as const] : [],
    ),
  );
  const missing = chargeIds.filter((id) => !byId.has(id));
  if (missing.length > 0) throw notOpen(missing);
  return chargeIds.flatMap((id) => byId.get(id) ?? []);
}

export function notOpen(chargeIds: readonly string[]): Error {
  const reasons = chargeIds.map((chargeId) => paymentErrors.reason('CHARGE_NOT_OPEN', { chargeId }));
  return paymentErrors.refusal('CHARGE_NOT_OPEN', { reasons });
}
