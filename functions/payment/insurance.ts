import type { Charge } from '../../shared/charges/charge.ts';
import type { Shares } from './store.ts';

/**
 * 医保: what of a charge the fund bears and what the personal account, as the insurer's pre-settlement (预结算) says.
 * A port, because every province has its own interface; the city's implementation is handed in with the deps.
 */
export interface InsuranceSettlement {
  /** One entry a charge, in order. */
  shares(
    patientId: string,
    charges: readonly Pick<Charge, 'chargeId' | 'amountFen' | 'category'>[],
  ): Promise<readonly Shares[]>;
}

export const selfPaid: InsuranceSettlement = {
  shares: async (_patientId, charges) =>
    charges.map(({ amountFen }) => ({ fundFen: 0, accountFen: 0, selfFen: amountFen })),
};

/** A split that does not add up is nobody's money: nothing is begun with it. */
export class UnequalShares extends Error {
  override readonly name = 'UnequalShares';
}

/** @throws UnequalShares */
export function checkShares(amountFen: number, { fundFen, accountFen, selfFen }: Shares): void {
  const parts = [fundFen, accountFen, selfFen];
  const whole = parts.every((fen) => Number.isSafeInteger(fen) && fen >= 0);
  if (!whole || fundFen + accountFen + selfFen !== amountFen)
    throw new UnequalShares('shares and amount differ');
}
