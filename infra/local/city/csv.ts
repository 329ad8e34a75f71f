export interface CsvRecord {
  /** As a spreadsheet numbers it: the header is row 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** A quote that never ends: everything behind it would be one cell. */
export class CsvError extends Error {
  readonly row: number;

  constructor(row: number) {
    super('a quoted cell is not closed');
    this.name = 'CsvError';
    this.row = row;
  }
}

const CELL = /(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/y;

/** RFC 4180, as Excel and WPS save it: a byte order mark, CRLF, quoted cells with commas and line breaks. @throws CsvError */
export function parseCsv(text: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  const source = text.replace(/^\uFEFF/, '');
  let cells: string[] = [];
  let row = 1;
  CELL.lastIndex = 0;
  while (CELL.lastIndex < source.length || cells.length > 0) {
    const match = CELL.exec(source);
    if (match === null) throw new CsvError(row);
    cells.push((match[1] ?? '').replaceAll('""', '"') + (match[2] ?? '').trim());
    if (match[3] === ',') continue;
    if (cells.length > 1 || cells[0] !== '') records.push({ row, cells });
    cells = [];
    row += 1;
  }
  return records;
}
