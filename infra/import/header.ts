import { ImportError } from './options.ts';
import type { Register } from './registers.ts';

/** Columns that a file of faults has besides those of its register. */
export const FAULT_TITLES = ['出错行号', '出错列', '错误代码', '错误说明'] as const;

export interface Header {
  readonly titles: readonly string[];
  /** Where each field stands. */
  readonly positions: ReadonlyMap<string, number>;
  /** Read by nobody. */
  readonly ignored: readonly string[];
}

/** @throws ImportError that names every column that is missing or there twice */
export function readHeader(cells: readonly string[], { columns }: Register): Header {
  const names = cells.map((cell) => cell.normalize('NFKC').trim());
  const positions = new Map<string, number>();
  const faults: string[] = [];
  for (const { field, title, isOptional } of columns) {
    const found = names.flatMap((name, index) => (name === title || name === field ? [index] : []));
    const [first] = found;
    if (first !== undefined) positions.set(field, first);
    if (found.length > 1) faults.push(`${title} is there twice`);
    if (first === undefined && isOptional === undefined) faults.push(`${title} is missing`);
  }
  if (faults.length > 0)
    throw new ImportError(`the first row does not name the columns: ${faults.join(', ')}`);
  const known = new Set<number>(positions.values());
  const ours: readonly string[] = FAULT_TITLES;
  const ignored = names.filter((name, index) => name !== '' && !known.has(index) && !ours.includes(name));
  return { titles: cells, positions, ignored };
}
