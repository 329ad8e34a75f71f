import { addFen, type Fen, InvalidMoneyError, parseYuan } from '../../kernel/fen.ts';

/**
 * The text of a bill: a header line, one line a transaction, a header line of the summary, one line of sums. Every
 * value stands behind a backtick, so that a comma inside one does not part it.
 */
export interface BillTable {
  readonly rows: readonly BillRow[];
  readonly summary: BillRow;
}

export type BillRow = ReadonlyMap<string, string>;

/** A bill that is not one. Says where, not what stands there. */
export class MalformedBillError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number) {
    super('not a bill of WeChat Pay');
    this.name = 'MalformedBillError';
    this.line = line;
  }
}

const MARK = '`';

/** @throws MalformedBillError */
export function readBillTable(text: string): BillTable {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  const titles = columns(lines[0], 1);
  const foot = lines.length - 2;
  if (foot < 1) throw new MalformedBillError(1);
  const sums = columns(lines[foot], foot + 1);
  return {
    rows: lines.slice(1, foot).map((line, index) => row(line, titles, index + 2)),
    summary: row(lines[foot + 1], sums, foot + 2),
  };
}

/** @throws MalformedBillError when the column is missing */
export function cell(from: BillRow, column: string, line: number): string {
  const value = from.get(column);
  if (value === undefined) throw new MalformedBillError(line);
  return value;
}

/** An amount in yuan. @throws MalformedBillError */
export function fenCell(from: BillRow, column: string, line: number): Fen {
  return orMalformed(line, () => parseYuan(cell(from, column, line)));
}

/**
 * A fee in thousandths of a fen: WeChat charges fees in yuan with five decimals, and gives them back with refunds.
 * @throws MalformedBillError
 */
export function feeMilliFenCell(from: BillRow, column: string, line: number): number {
  const parts = /^(-?)(\d+)(?:\.(\d{1,5}))?$/.exec(cell(from, column, line));
  if (parts === null) throw new MalformedBillError(line);
  const decimals = (parts[3] ?? '').padEnd(5, '0');
  const fen = orMalformed(line, () => parseYuan(`${parts[2]}.${decimals.slice(0, 2)}`));
  const milliFen = fen * 1000 + Number(decimals.slice(2));
  return parts[1] === '-' && milliFen !== 0 ? -milliFen : milliFen;
}

/** @throws MalformedBillError when the summary says another sum */
export function expectSum(summary: number, amounts: readonly number[], line: number): number {
  const sum = orMalformed(line, () => addFen(...amounts));
  if (sum !== summary) throw new MalformedBillError(line);
  return summary;
}

function columns(line: string | undefined, number: number): readonly string[] {
  // A line of titles has no marks; one with marks means that a line is missing.
  if (line === undefined || line === '' || line.includes(MARK)) throw new MalformedBillError(number);
  return line.split(',');
}

function row(line: string | undefined, titles: readonly string[], number: number): BillRow {
  const values = line?.startsWith(MARK) === true ? line.slice(1).split(`,${MARK}`) : [];
  if (values.length !== titles.length) throw new MalformedBillError(number);
  return new Map(titles.map((title, index) => [title, values[index] ?? '']));
}

function orMalformed<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidMoneyError) throw new MalformedBillError(line);
    throw error;
  }
}
