import { addFen, type Fen } from '../../shared/kernel/fen.ts';
import type { TradeBill, TradeBillEntry } from '../../shared/wechat/pay/trade-bill.ts';
import { type Posting, providerAccount } from './ledger.ts';
import type { Difference, DifferenceClass, MovementKind, Sums } from './reconcile-store.ts';

/** One movement of a merchant's money, as one side tells of it. */
export interface Movement {
  readonly kind: MovementKind;
  readonly number: string;
  readonly outTradeNo: string;
  /** Never negative: the kind says whereto. */
  readonly fen: Fen;
}

export type Found = Pick<Difference, 'kind' | 'number' | 'outTradeNo' | 'class' | 'ourFen' | 'theirFen'>;

/** What our ledger says of the merchant: one movement a sub-order paid, one a refund. */
export function ourMovements(postings: readonly Posting[], mchid: string): readonly Movement[] {
  const account = providerAccount(mchid);
  return postings.flatMap(({ kind, refundNo, lines }) =>
    lines
      .filter((line) => line.account === account)
      .map(({ outTradeNo, fen }) =>
        kind === 'PAYMENT'
          ? { kind, number: outTradeNo, outTradeNo, fen }
          : { kind, number: refundNo ?? '', outTradeNo, fen: -fen },
      ),
  );
}

/** Amounts as they were asked for: coupons that WeChat gives are between WeChat and the merchant. */
export function theirMovements({ entries }: Pick<TradeBill, 'entries'>): readonly Movement[] {
  return entries.map(movementOf);
}

function movementOf({ kind, outTradeNo, orderFen, refund }: TradeBillEntry): Movement {
  if (kind === 'PAYMENT') return { kind, number: outTradeNo, outTradeNo, fen: orderFen };
  const fen = refund?.appliedFen ?? 0;
  return { kind, number: kind === 'REFUND' ? (refund?.outRefundNo ?? '') : outTradeNo, outTradeNo, fen };
}

/** What both sides have is compared by its number; a number that a side has twice counts as one of both amounts. */
export function compare(
  ours: readonly Movement[],
  theirs: readonly Movement[],
): { readonly matched: number; readonly found: readonly Found[] } {
  const [our, their] = [byNumber(ours), byNumber(theirs)];
  const keys = [...new Set([...our.keys(), ...their.keys()])];
  const found = keys.flatMap((key): readonly Found[] => {
    const [mine, other] = [our.get(key), their.get(key)];
    const one = mine ?? other;
    if (one === undefined || mine?.fen === other?.fen) return [];
    const { kind, number, outTradeNo } = one;
    const sides = { ourFen: mine?.fen ?? 0, theirFen: other?.fen ?? 0 };
    return [{ kind, number, outTradeNo, class: classOf(mine, other), ...sides }];
  });
  return { matched: keys.length - found.length, found };
}

export function keyOf({ kind, number }: Pick<Movement, 'kind' | 'number'>): string {
  return `${kind} ${number}`;
}

/** By how much WeChat's account says more than ours, through this difference. */
export function gapOf({ kind, ourFen, theirFen }: Pick<Found, 'kind' | 'ourFen' | 'theirFen'>): Fen {
  return kind === 'PAYMENT' ? addFen(theirFen, -ourFen) : addFen(ourFen, -theirFen);
}

export function sumsOf(movements: readonly Movement[]): Sums {
  const paid = movements.filter(({ kind }) => kind === 'PAYMENT');
  const back = movements.filter(({ kind }) => kind !== 'PAYMENT');
  return {
    payments: paid.length,
    paymentFen: addFen(...paid.map(({ fen }) => fen)),
    refunds: back.length,
    refundFen: addFen(...back.map(({ fen }) => fen)),
  };
}

function classOf(ours: Movement | undefined, theirs: Movement | undefined): DifferenceClass {
  if (ours === undefined) return 'REMOTE_ONLY';
  return theirs === undefined ? 'LOCAL_ONLY' : 'AMOUNT_DIFFERS';
}

function byNumber(movements: readonly Movement[]): ReadonlyMap<string, Movement> {
  const found = new Map<string, Movement>();
  for (const movement of movements) {
    const before = found.get(keyOf(movement));
    const fen = addFen(before?.fen ?? 0, movement.fen);
    found.set(keyOf(movement), { ...movement, fen });
  }
  return found;
}
