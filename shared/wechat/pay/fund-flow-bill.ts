import { addFen, type Fen } from '../../kernel/fen.ts';
import { type BillRow, cell, expectSum, fenCell, MalformedBillError, readBillTable } from './bill-table.ts';
import { billInstant } from './trade-bill.ts';

/** 资金账单: every movement of the merchant's account on one day in China. */
export interface FundFlowBill {
  readonly entries: readonly FundFlowEntry[];
  readonly incomeFen: Fen;
  readonly expenseFen: Fen;
}

export interface FundFlowEntry {
  /** UTC ISO. */
  readonly at: string;
  /** 微信支付业务单号: the transaction's or refund's id. */
  readonly businessId: string;
  readonly flowId: string;
  /** 业务名称 and 业务类型, e.g. 交易, 退款, 扣除交易手续费. */
  readonly business: string;
  readonly kind: string;
  /** Negative for an expense. */
  readonly amountFen: Fen;
  /** 账户结余 after it. */
  readonly balanceFen: Fen;
  /** 业务凭证号: our own number. */
  readonly voucher: string;
}

/** @throws MalformedBillError */
export function parseFundFlowBill(text: string): FundFlowBill {
  const { rows, summary } = readBillTable(text);
  const entries = rows.map((row, index) => entryOf(row, index + 2));
  const line = rows.length + 3;
  const amounts = entries.map(({ amountFen }) => amountFen);
  const expense = addFen(...amounts.filter((fen) => fen < 0));
  return {
    entries,
    incomeFen: expectSum(
      fenCell(summary, '收入金额', line),
      amounts.filter((fen) => fen > 0),
      line,
    ),
    expenseFen: expectSum(fenCell(summary, '支出金额', line), [-expense], line),
  };
}

function entryOf(row: BillRow, line: number): FundFlowEntry {
  const text = (column: string) => cell(row, column, line);
  const direction = text('收支类型');
  if (direction !== '收入' && direction !== '支出') throw new MalformedBillError(line);
  const amountFen = fenCell(row, '收支金额(元)', line);
  return {
    at: billInstant(text('记账时间'), line),
    businessId: text('微信支付业务单号'),
    flowId: text('资金流水单号'),
    business: text('业务名称'),
    kind: text('业务类型'),
    amountFen: direction === '收入' ? amountFen : addFen(0, -amountFen),
    balanceFen: fenCell(row, '账户结余(元)', line),
    voucher: text('业务凭证号'),
  };
}
