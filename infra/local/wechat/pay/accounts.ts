import type { Desk } from './desk.ts';
import type { Order } from './records.ts';

/** What WeChat keeps of an amount, rounded half up to a fen: `order`'s payee pays it. */
export function feeOf({ merchants }: Pick<Desk, 'merchants'>, order: Order, amountFen: number): number {
  const basisPoints = merchants.get(order.mchid)?.feeBasisPoints ?? 0;
  return Math.floor((amountFen * basisPoints + 5_000) / 10_000);
}
