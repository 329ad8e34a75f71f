import type { Charge } from '../../shared/charges/charge.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { addFen, type Fen } from '../../shared/kernel/fen.ts';
import { payeeAccount } from './ledger.ts';
import { postingsOn } from './ledger-queries.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { type Settlement, type Shares, settlements } from './store.ts';

export const PAY_METHODS = ['WECHAT', 'CASH', 'CARD', 'OTHER'] as const;
export type PayMethod = (typeof PAY_METHODS)[number];

export const CSV = 'text/csv; charset=utf-8';
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** One line of an institution's ledger with what its settlement says of it. Of the patient there is nothing in it. */
export interface FinanceMovement {
  readonly kind: 'PAYMENT' | 'REFUND';
  readonly at: string;
  readonly settlementId: string;
  readonly outTradeNo: string;
  readonly transactionId?: string;
  readonly refundNo?: string;
  readonly chargeId: string;
  /** Missing where the settlement is: the ledger counts all the same. */
  readonly category?: Charge['category'];
  /** What the institution earned; negative where it was given back. */
  readonly fen: Fen;
  /** Of a payment: what others bear beside it, which no refund of ours gives back. */
  readonly shares: Shares;
  readonly method: PayMethod;
}

/** An institution's day, from the ledger and in its order of time. */
export async function movementsOn(
  { table }: Pick<PaymentDeps, 'table'>,
  institutionId: string,
  day: Day,
): Promise<readonly FinanceMovement[]> {
  const account = payeeAccount(institutionId);
  const own = (await postingsOn(table, day)).flatMap((posting) =>
    posting.lines.filter((line) => line.account === account).map((line) => ({ posting, line })),
  );
  const ids = [...new Set(own.map(({ posting }) => posting.settlementId))];
  const found = await settlements.getMany(table, ids);
  const byId = new Map(ids.map((id, index) => [id, found[index]]));
  const movements = own.map(({ posting, line }): FinanceMovement => {
    const { kind, at, settlementId, refundNo } = posting;
    const { outTradeNo, chargeId = '' } = line;
    const settlement = byId.get(settlementId);
    const fen = addFen(0, -line.fen);
    const { category, fundFen = 0, accountFen = 0 } = lineOf(settlement, chargeId) ?? {};
    const { transactionId } = settlement?.orders.find((order) => order.outTradeNo === outTradeNo) ?? {};
    const isPaid = kind === 'PAYMENT';
    return {
      kind,
      at,
      settlementId,
      outTradeNo,
      ...(transactionId === undefined ? {} : { transactionId }),
      ...(refundNo === undefined ? {} : { refundNo }),
      chargeId,
      ...(category === undefined ? {} : { category }),
      fen,
      shares: { fundFen: isPaid ? fundFen : 0, accountFen: isPaid ? accountFen : 0, selfFen: fen },
      method: settlement?.onsite?.means ?? 'WECHAT',
    };
  });
  return movements.toSorted(
    (one, other) => one.at.localeCompare(other.at) || one.outTradeNo.localeCompare(other.outTradeNo),
  );
}

export interface DaySummary {
  readonly payments: number;
  readonly paidFen: Fen;
  readonly refunds: number;
  readonly refundedFen: Fen;
  readonly netFen: Fen;
  readonly parts: readonly Part[];
}

interface Part extends Pick<FinanceMovement, 'kind' | 'method' | 'category'> {
  readonly count: number;
  readonly fen: Fen;
}

export function summaryOf(movements: readonly FinanceMovement[]): DaySummary {
  const parts = new Map<string, Part>();
  for (const { kind, method, category, fen } of movements) {
    const key = `${kind} ${method} ${category}`;
    const { count = 0, fen: before = 0 } = parts.get(key) ?? {};
    const own = category === undefined ? {} : { category };
    parts.set(key, { kind, method, ...own, count: count + 1, fen: addFen(before, Math.abs(fen)) });
  }
  const paid = movements.filter(({ kind }) => kind === 'PAYMENT');
  const back = movements.filter(({ kind }) => kind === 'REFUND');
  return {
    payments: paid.length,
    paidFen: addFen(...paid.map(({ fen }) => fen)),
    refunds: back.length,
    refundedFen: addFen(...back.map(({ fen }) => -fen)),
    netFen: addFen(...movements.map(({ fen }) => fen)),
    parts: [...parts.entries()]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([, part]) => part),
  };
}

function lineOf(settlement: Settlement | undefined, chargeId: string) {
  return settlement?.lines.find((line) => line.chargeId === chargeId);
}
