import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { Inspected } from './inspect-file.ts';
import { ImportError } from './options.ts';

export interface Row {
  /** As a spreadsheet numbers it: the first is 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** Longer than any row: a quote that is never closed is noticed long before the end of the file. */
const MOST_CHARACTERS = 64 * 1024;

/** One after the other, blank rows left out; only what is being read is in memory. @throws ImportError */
export async function* readRows(file: string, { encoding }: Inspected): AsyncGenerator<Row> {
  const parser = Readable.fromWeb(
    Readable.toWeb(createReadStream(file)).pipeThrough(new TextDecoderStream(encoding)),
  ).compose(
    parse({
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
      max_record_size: MOST_CHARACTERS,
    }),
  );
  let row = 0;
  try {
    for await (const record of parser) {
      const cells: readonly string[] = record;
      row += 1;
      if (cells.some((cell) => cell.trim() !== '')) yield { row, cells };
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    // What the parser had read before it failed may still have been on its way here.
    throw new ImportError(`row ${Number(cause['records']) + 1} of ${file} is no CSV: ${cause.message}`);
  }
}
