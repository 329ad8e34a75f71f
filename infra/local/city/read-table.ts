import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf } from '../../../shared/http/field-faults.ts';
import type { CityFault } from './city-faults.ts';
import { cityTables, type RowOf, type TableName } from './city-tables.ts';
import { CsvError, parseCsv } from './csv.ts';

export interface ReadRow<Name extends TableName> {
  readonly file: string;
  readonly row: number;
  readonly value: RowOf<Name>;
}

interface RawRow {
  readonly row: number;
  readonly value: unknown;
}

/**
 * `<name>.csv` or `<name>.json` of a city's folder. Rows that are right are answered also when others are not,
 * so that what refers to them is not called unknown. A missing file is an empty one.
 */
export function readTable<Name extends TableName>(
  folder: string,
  name: Name,
  faults: CityFault[],
): ReadRow<Name>[] {
  const { schema } = cityTables[name];
  const file = ['csv', 'json']
    .map((ending) => `${name}.${ending}`)
    .find((each) => existsSync(join(folder, each)));
  if (file === undefined) return [];
  const text = readFileSync(join(folder, file), 'utf8');
  const raw = file.endsWith('.csv')
    ? fromCsv(file, text, cityTables[name].columns, faults)
    : fromJson(file, text, faults);
  return raw.flatMap(({ row, value }) => {
    const parsed = schema.safeParse(value);
    // Each schema answers its own row; the union of all schemas does not say so.
    if (parsed.success) return [{ file, row, value: parsed.data as RowOf<Name> }];
    for (const { path, message } of faultsOf('body', parsed.error.issues)) {
      faults.push({ file, row, column: columnOf(path), message });
    }
    return [];
  });
}

function fromCsv(
  file: string,
  text: string,
  columns: Readonly<Record<string, (cell: string) => unknown>> | undefined,
  faults: CityFault[],
): readonly RawRow[] {
  if (columns === undefined) {
    faults.push({ file, row: 0, column: '', message: '该表只接受 JSON 文件' });
    return [];
  }
  try {
    const [header, ...records] = parseCsv(text);
    const headings = header?.cells ?? [];
    const unknown = headings.filter(
      (heading) => !Object.keys(columns).some((path) => columnOf(path) === heading),
    );
    faults.push(...unknown.map((column) => ({ file, row: 1, column, message: '不认识的列' })));
    if (unknown.length > 0) return [];
    return records.map(({ row, cells }) => ({ row, value: recordOf(columns, headings, cells) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    faults.push({ file, row: error.row, column: '', message: '引号没有配对' });
    return [];
  }
}

function recordOf(
  columns: Readonly<Record<string, (cell: string) => unknown>>,
  headings: readonly string[],
  cells: readonly string[],
): unknown {
  const record: Record<string, unknown> = {};
  for (const [path, read] of Object.entries(columns)) {
    const position = headings.indexOf(columnOf(path));
    const value = position < 0 ? undefined : read(cells[position] ?? '');
    const [top = path, below] = path.split('.');
    const nested: unknown = record[top];
    if (below !== undefined) record[top] = { ...(typeof nested === 'object' ? nested : {}), [below]: value };
    else if (value !== undefined) record[top] = value;
  }
  return record;
}

function fromJson(file: string, text: string, faults: CityFault[]): readonly RawRow[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.map((value: unknown, index) => ({ row: index + 1, value }));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  faults.push({ file, row: 0, column: '', message: '不是 JSON 数组' });
  return [];
}

/** `location.latitude` → `latitude`; `diseaseTags.2` → `diseaseTags`; `members.3.joinedOn` stays. */
function columnOf(path: string): string {
  const nested = /^location\.(\w+)$/.exec(path)?.[1];
  if (nested !== undefined) return nested;
  return /^(diseaseTags|memberIds|serviceArea|sites)\b/.exec(path)?.[1] ?? path;
}
