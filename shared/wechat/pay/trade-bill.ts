import type { Fen } from '../../kernel/fen.ts';
import {
  type BillRow,
  cell,
  expectSum,
  feeMilliFenCell,
  fenCell,
  MalformedBillError,
  readBillTable,
} from './bill-table.ts';

/** 交易账单, type ALL: what was paid and what refunds were accepted on one day in China. */
export interface TradeBill {
  readonly entries: readonly TradeBillEntry[];
  /** As WeChat counts; it is not checked, since WeChat does not say what it counts. */
  readonly tradeCount: number;
  /** Sums that were checked against the entries. */
  readonly settledFen: Fen;
  readonly refundFen: Fen;
  readonly feeMilliFen: number;
}

/** The payer, the bank and the goods are in the bill too; they are not read. */
export interface TradeBillEntry {
  /** REVOKED: paid, and taken back by the cashier. */
  readonly kind: 'PAYMENT' | 'REFUND' | 'REVOKED';
  /** When it was paid or the refund accepted, UTC ISO. */
  readonly at: string;
  readonly appid: string;
  readonly mchid: string;
  /** Of a service provider's sub-merchant. */
  readonly subMchid: string | undefined;
  readonly transactionId: string;
  readonly outTradeNo: string;
  /** 订单金额 of a payment; zero of a refund. */
  readonly orderFen: Fen;
  /** 应结订单金额: the order's amount less coupons that WeChat does not pay for. */
  readonly settledFen: Fen;
  readonly refund:
    | {
        readonly refundId: string;
        readonly outRefundNo: string;
        /** 申请退款金额. */
        readonly appliedFen: Fen;
        /** 退款金额: what leaves the merchant's account. */
        readonly refundFen: Fen;
        /** As of when the bill was made, e.g. `PROCESSING`; it never changes afterwards. */
        readonly state: string;
      }
    | undefined;
  /** Negative where a refund gives it back. */
  readonly feeMilliFen: number;
}

const KINDS: Readonly<Record<string, TradeBillEntry['kind']>> = {
  SUCCESS: 'PAYMENT',
  REFUND: 'REFUND',
  REVOKED: 'REVOKED',
};

/** Reads by the names of the columns, which have come and gone over the years. @throws MalformedBillError */
export function parseTradeBill(text: string): TradeBill {
  const { rows, summary } = readBillTable(text);
  const entries = rows.map((row, index) => entryOf(row, index + 2));
  const line = rows.length + 3;
  const refunds = entries.flatMap(({ refund }) => (refund === undefined ? [] : [refund]));
  const sum = (column: string, amounts: readonly number[]) =>
    expectSum(fenCell(summary, column, line), amounts, line);
  sum(
    '订单总金额',
    entries.map(({ orderFen }) => orderFen),
  );
  sum(
    '申请退款总金额',
    refunds.map(({ appliedFen }) => appliedFen),
  );
  return {
    entries,
    tradeCount: Number(cell(summary, '总交易单数', line)),
    settledFen: sum(
      '应结订单总金额',
      entries.map(({ settledFen }) => settledFen),
    ),
    refundFen: sum(
      '退款总金额',
      refunds.map(({ refundFen }) => refundFen),
    ),
    feeMilliFen: expectSum(
      feeMilliFenCell(summary, '手续费总金额', line),
      entries.map(({ feeMilliFen }) => feeMilliFen),
      line,
    ),
  };
}

function entryOf(row: BillRow, line: number): TradeBillEntry {
  const text = (column: string) => cell(row, column, line);
  const fen = (column: string) => fenCell(row, column, line);
  const kind = KINDS[text('交易状态')];
  if (kind === undefined) throw new MalformedBillError(line);
  const subMchid = text('特约商户号');
  return {
    kind,
    at: billInstant(text('交易时间'), line),
    appid: text('公众账号ID'),
    mchid: text('商户号'),
    subMchid: subMchid === '0' || subMchid === '' ? undefined : subMchid,
    transactionId: text('微信订单号'),
    outTradeNo: text('商户订单号'),
    orderFen: fen('订单金额'),
    settledFen: fen('应结订单金额'),
    refund:
      kind === 'PAYMENT'
        ? undefined
        : {
            refundId: text('微信退款单号'),
            outRefundNo: text('商户退款单号'),
            appliedFen: fen('申请退款金额'),
            refundFen: fen('退款金额'),
            state: text('退款状态'),
          },
    feeMilliFen: feeMilliFenCell(row, '手续费', line),
  };
}

/** `2026-11-23 08:00:00` in China. @throws MalformedBillError */
export function billInstant(text: string, line: number): string {
  const ms = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)
    ? Date.parse(`${text.replace(' ', 'T')}+08:00`)
    : Number.NaN;
  if (Number.isNaN(ms)) throw new MalformedBillError(line);
  return new Date(ms).toISOString();
}
