import { entity } from '../../shared/data/entity.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Table } from '../../shared/data/table.ts';
import type { Day } from '../../shared/kernel/china-time.ts';

/** REVOKED: paid, and taken back by a cashier. We never do that. */
export const MOVEMENT_KINDS = ['PAYMENT', 'REFUND', 'REVOKED'] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** What one side counts of a merchant's day. */
export type Sums = {
  readonly payments: number;
  readonly paymentFen: number;
  readonly refunds: number;
  readonly refundFen: number;
};

/** 对账 of one merchant and one day. */
export interface Reconciliation extends ReconciliationId {
  /**
   * BILL_MISSING: WeChat had none for us. UNFINISHED: compared, but it could not be asked about everything. Both are
   * tried again by the item's timer, for as long as the policy says.
   */
  readonly status: 'DUE' | 'DONE' | 'UNFINISHED' | 'BILL_MISSING';
  /** When it was asked for, by the clock or by hand: its tries are counted from there. */
  readonly askedAt: string;
  readonly result?: Result;
  /** Whose list the missing bill went to, if it ever did: a merchant that is shared since has another list. */
  readonly listId?: string;
}

/** As of the last comparison. */
export type Result = {
  readonly ours: Sums;
  readonly theirs: Sums;
  /** What both sides have, with the same amount. */
  readonly matched: number;
  /** Ever found, by class. */
  readonly found: Readonly<Record<DifferenceClass, number>>;
  /** Of those: put right or explained without a person; on somebody's list. */
  readonly resolved: number;
  readonly open: number;
  /**
   * What WeChat counts more than we, net of refunds: exactly what the differences that stand sum up to, those that
   * are explained and those that are not.
   */
  readonly gapFen: number;
  readonly explainedFen: number;
  readonly openFen: number;
};

export const DIFFERENCE_CLASSES = ['LOCAL_ONLY', 'REMOTE_ONLY', 'AMOUNT_DIFFERS'] as const;
export type DifferenceClass = (typeof DIFFERENCE_CLASSES)[number];

/**
 * TAKEN_IN: WeChat told of it when asked, and our books have it now. PUT_RIGHT: not found any more. OTHER_DAY: both
 * sides have it, on different days (a refund is billed when it is accepted and booked when it has arrived). UNDER_WAY: a
 * refund that has not ended. REFUND_CLOSED: a refund that did not come about; the bill keeps it.
 */
export const EXPLANATIONS = ['TAKEN_IN', 'PUT_RIGHT', 'OTHER_DAY', 'UNDER_WAY', 'REFUND_CLOSED'] as const;
export type Explanation = (typeof EXPLANATIONS)[number];

export interface Difference extends ReconciliationId {
  readonly kind: MovementKind;
  /** Our out_trade_no, or out_refund_no. */
  readonly number: string;
  readonly outTradeNo: string;
  readonly class: DifferenceClass;
  /** What our ledger had when it was found; 0 where it had nothing. */
  readonly ourFen: number;
  readonly theirFen: number;
  /** Missing: it is on a list. */
  readonly explanation?: Explanation;
  /** Whose list it went to, if it ever did. */
  readonly listId?: string;
  readonly foundAt: string;
}

export interface ReconciliationId {
  readonly day: Day;
  readonly mchid: string;
}

export interface DifferenceId extends ReconciliationId {
  readonly kind: MovementKind;
  readonly number: string;
}

const pkOf = (day: Day) => `payment#reconciliation#${day}`;

export const reconciliations = entity<ReconciliationId, Reconciliation>(
  'payment',
  'reconciliation',
  ({ day, mchid }) => ({ pk: pkOf(day), sk: mchid }),
);

export const differences = entity<DifferenceId, Difference>(
  'payment',
  'difference',
  ({ day, mchid, kind, number }) => ({ pk: pkOf(day), sk: `${mchid}#difference#${kind}#${number}` }),
);

/** Everything ever found on that day's bill. */
export function differencesOf(
  table: Table,
  { day, mchid }: ReconciliationId,
): Promise<readonly Difference[]> {
  const sk = { beginsWith: `${mchid}#difference#` };
  return everyPage(table, differences, { pk: pkOf(day), sk, consistent: true });
}

/** The timer of a reconciliation. */
export const RECONCILE = 'reconcile';
