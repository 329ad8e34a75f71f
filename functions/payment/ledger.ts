import { entity } from '../../shared/data/entity.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';

/**
 * Double entry: every movement of money is one posting whose lines sum up to nothing (rule P2). It is written in the
 * very transaction of what moved it, under an id of its own, so that it is neither lost nor there twice.
 *
 * Accounts: `provider:<mchid>` what WeChat holds for us, `till:<institutionId>` what lies in a window's till,
 * `payee:<institutionId>` what an institution has earned. Debit is positive.
 */
export interface Posting {
  readonly postingId: string;
  readonly kind: 'PAYMENT' | 'REFUND';
  readonly at: string;
  readonly day: Day;
  readonly settlementId: string;
  readonly refundNo?: string;
  readonly lines: readonly PostingLine[];
}

export interface PostingLine {
  readonly account: string;
  readonly fen: number;
  readonly outTradeNo: string;
  readonly chargeId?: string;
}

export interface PostingId {
  readonly day: Day;
  readonly postingId: string;
}

export const postings = entity<PostingId, Posting>('payment', 'posting', ({ day, postingId }) => ({
  pk: `payment#ledger#${day}`,
  sk: `posting#${postingId}`,
}));

export class UnbalancedPosting extends Error {
  override readonly name = 'UnbalancedPosting';
}

/** @throws UnbalancedPosting */
export function post(posting: Omit<Posting, 'day'>): TransactOperation {
  const sum = posting.lines.reduce((total, { fen }) => total + fen, 0);
  if (sum !== 0) throw new UnbalancedPosting(posting.kind);
  const day = dayOf(posting.at);
  const id = { day, postingId: posting.postingId };
  return postings.putOperation(id, { ...posting, day }, { if: { $exists: false } });
}

export function providerAccount(mchid: string): string {
  return `provider:${mchid}`;
}

export function tillAccount(institutionId: string): string {
  return `till:${institutionId}`;
}

export function payeeAccount(institutionId: string): string {
  return `payee:${institutionId}`;
}
