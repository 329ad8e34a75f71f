import { formatYuan } from '../../shared/kernel/fen.ts';
import type { Cell, ExportTable } from './export-table.ts';

/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function csvOf({ titles, rows }: ExportTable): Uint8Array {
  const lines = [titles, ...rows].map((cells) => `${cells.map(field).join(',')}\r\n`);
  return Buffer.from(`\uFEFF${lines.join('')}`, 'utf8');
}

/** What a spreadsheet would take for a formula (OWASP, CSV injection), the wide forms of Chinese keyboards included. */
const FORMULA = /^[=+\-@\s＝＋－＠]/u;

function field(cell: Cell): string {
  // A negative amount begins with a sign, and is nothing but an amount.
  if (typeof cell !== 'string') return formatYuan(cell.fen);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
