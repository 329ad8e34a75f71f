import { createHash } from 'node:crypto';
import type { Charge } from '../../shared/charges/charge.ts';
import { entity } from '../../shared/data/entity.ts';
import type { RefundStatus, SettlementStatus } from './transitions.ts';

/** How a charge is borne: the three sum up to its amount. Only the last is asked of the payer's purse. */
export interface Shares {
  /** 统筹基金. */
  readonly fundFen: number;
  /** 医保个人账户. */
  readonly accountFen: number;
  /** 个人自付. */
  readonly selfFen: number;
}

/** One charge within a settlement. Amounts are the charge's own. */
export interface Line extends Shares, Pick<Charge, 'chargeId' | 'category' | 'amountFen' | 'payeeId'> {
  /** The context whose charge it is. */
  readonly owner: string;
  readonly outTradeNo: string;
  /** Of `selfFen`: asked back so far, and given back so far. */
  readonly refundAskedFen: number;
  readonly refundedFen: number;
}

/** What one merchant is paid. */
export interface Order {
  readonly outTradeNo: string;
  readonly mchid: string;
  readonly subMchid?: string;
  readonly totalFen: number;
  /** WeChat's number, once it is paid. */
  readonly transactionId?: string;
  readonly refunds: number;
}

export interface Settlement {
  /** Also the number under which WeChat knows it: out_trade_no, or combine_out_trade_no. */
  readonly settlementId: string;
  readonly patientId: string;
  readonly openedBy: string;
  readonly method: 'WECHAT' | 'ONSITE';
  readonly status: SettlementStatus;
  readonly totalFen: number;
  readonly lines: readonly Line[];
  readonly orders: readonly Order[];
  /** The merchant that signs for several payees; left out: one payee. */
  readonly combinedBy?: string;
  readonly openedAt: string;
  readonly payBy: string;
  /** How often WeChat was asked. */
  readonly checks: number;
  readonly paidAt?: string;
  readonly closedAt?: string;
  readonly closedBecause?: 'EXPIRED' | 'PAYER' | 'GIVEN_UP';
  /** Paid after it was closed. `GIVEN_BACK`: something of it was no longer to be had. */
  readonly late?: 'DELIVERED' | 'GIVEN_BACK';
  /** On site: how it was paid, and who took it. */
  readonly onsite?: { readonly means: 'CASH' | 'CARD' | 'OTHER'; readonly institutionId: string };
  readonly lookupPk: string;
  readonly lookupSk: string;
}

export interface Refund {
  readonly refundNo: string;
  readonly settlementId: string;
  readonly patientId: string;
  readonly chargeId: string;
  readonly outTradeNo: string;
  readonly payeeId: string;
  readonly amountFen: number;
  readonly reason: string;
  readonly status: RefundStatus;
  readonly requestedAt: string;
  readonly requestedBy: string;
  readonly attempts: number;
  readonly endedAt?: string;
  /** WeChat's code, where it said no. */
  readonly refusal?: string;
  readonly replacedBy?: string;
}

/** Whose account an institution's money goes to. `subMchid`: it is a sub-merchant of the provider `mchid`. */
export interface PayeeAccount {
  readonly institutionId: string;
  readonly mchid: string;
  readonly subMchid?: string;
  readonly putBy: string;
  readonly putAt: string;
}

const CONTEXT = 'payment';

export const settlements = entity<string, Settlement>(
  CONTEXT,
  'settlement',
  (settlementId) => ({
    pk: `payment#settlement#${settlementId}`,
    sk: 'settlement',
  }),
  { settlementId: settlementOf },
);

export interface RefundId {
  readonly settlementId: string;
  readonly refundNo: string;
}

export const refunds = entity<RefundId, Refund>(CONTEXT, 'refund', ({ settlementId, refundNo }) => ({
  pk: `payment#settlement#${settlementId}`,
  sk: `refund#${refundNo}`,
}));

export const payees = entity<string, PayeeAccount>(CONTEXT, 'payee', (institutionId) => ({
  pk: `payment#payee#${institutionId}`,
  sk: 'account',
}));

/** Every account an institution has had, by the instant it was put: who sends its money elsewhere for a day leaves a trace. */
export const payeeHistory = entity<Pick<PayeeAccount, 'institutionId' | 'putAt' | 'putBy'>, PayeeAccount>(
  CONTEXT,
  'payee-history',
  ({ institutionId, putAt, putBy }) => ({
    pk: payees.key(institutionId).pk,
    sk: `put#${putAt}#${putBy}`,
  }),
);

/** Timers of settlements and refunds. */
export const CHECK = 'check-settlement';
export const REFUND = 'follow-refund';

/** Lists a patient's settlements, newest last (lookup index). */
export function settlementsOf(patientId: string): string {
  return `payment#patient#${patientId}`;
}

/** The same request always opens the same settlement. */
export function settlementIdOf(...parts: readonly string[]): string {
  return `S${digest(parts).slice(0, ID_LENGTH - 1)}`;
}

/** Under one number money is given back once, however often it is asked for. */
export function refundNoOf(...parts: readonly string[]): string {
  return `R${digest(parts).slice(0, ID_LENGTH - 1)}`;
}

/** WeChat takes 32 characters; a sub-order needs a few more than its settlement. */
const ID_LENGTH = 26;

export function outTradeNoOf(settlementId: string, index: number): string {
  return `${settlementId}-${index + 1}`;
}

/** Undefined: no settlement of ours has, or ever had, an order of such a number. */
export function settlementOfOrder(outTradeNo: string): string | undefined {
  return /^S[0-9a-f]{25}(?:-\d+)?$/.test(outTradeNo) ? outTradeNo.slice(0, ID_LENGTH) : undefined;
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The settlement whose item has this key. */
export function settlementOf({ pk }: { readonly pk: string }): string {
  return pk.slice('payment#settlement#'.length);
}
