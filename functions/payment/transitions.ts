/** Rule P4: settlements and refunds move only along these tables; the conditions of all writes come from them. */
export const SETTLEMENT_MOVES = {
  PENDING: ['CLOSING', 'PAID'],
  /** Nobody is sent to the cashier any more; what WeChat says of the order is still awaited. */
  CLOSING: ['CLOSED', 'PAID'],
  /** Nothing is reserved any more. Money that comes all the same is late. */
  CLOSED: ['PAID'],
  PAID: [],
} as const satisfies Record<string, readonly string[]>;

export type SettlementStatus = keyof typeof SETTLEMENT_MOVES;

export const REFUND_MOVES = {
  REQUESTED: ['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED'],
  PROCESSING: ['SUCCESS', 'ABNORMAL', 'CLOSED'],
  /** The payer's card takes nothing: a person acts at the merchant's desk. */
  ABNORMAL: ['SUCCESS', 'CLOSED'],
  /** It did not come about; a person decides whether it is asked for anew. */
  CLOSED: ['REPLACED'],
  REPLACED: [],
  SUCCESS: [],
} as const satisfies Record<string, readonly string[]>;

export type RefundStatus = keyof typeof REFUND_MOVES;

export function settlementsBefore(to: SettlementStatus): readonly SettlementStatus[] {
  return before(SETTLEMENT_MOVES, to);
}

export function refundsBefore(to: RefundStatus): readonly RefundStatus[] {
  return before(REFUND_MOVES, to);
}

function before<S extends string>(moves: Readonly<Record<S, readonly string[]>>, to: S): readonly S[] {
  return (Object.keys(moves) as S[]).filter((from) => moves[from].includes(to));
}
