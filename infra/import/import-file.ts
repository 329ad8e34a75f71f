import { openSession } from './city-session.ts';
import { FaultsFile, newFaultsFile, placeToGoOn } from './faults-file.ts';
import { readHeader } from './header.ts';
import { inspectFile } from './inspect-file.ts';
import { ImportError, type ImportOptions } from './options.ts';
import { type Progress, readProgress, removeProgress, writeProgress } from './progress-file.ts';
import { type Row, readRows } from './read-rows.ts';
import { registerOf } from './registers.ts';
import { type PageResult, sendPage } from './send-page.ts';

export interface Told {
  /** Once, before anything is sent. */
  start(told: {
    readonly rows: number;
    readonly ignored: readonly string[];
    readonly resumedAt: number;
  }): void;
  page(progress: Progress): void;
}

/** Small enough for a slow laptop to answer long before a request is given up. */
const PAGE_ROWS = 50;
/** Pages on their way at once. They are counted as done in their order. */
const LANES = 2;

/**
 * Imports a register through the city's front door, whatever its size. What is entered is entered: a file that is
 * imported again, whole or from where it broke off, doubles nothing. @throws ImportError
 */
export async function importFile(options: ImportOptions, told: Told): Promise<Progress> {
  const { file, notice } = options;
  const inspected = await inspectFile(file);
  const rows = readRows(file, inspected);
  const first = await rows.next();
  if (first.done === true) throw new ImportError(`${file} is empty`);
  const register = registerOf(options.register);
  const header = readHeader(first.value.cells, register);
  const session = await openSession(options);
  const of = [inspected.sha256, options.register, options.url, session.institutionId].join(' ');
  const resumed = readProgress(file, of);
  let progress: Progress =
    resumed === undefined
      ? {
          of,
          row: first.value.row,
          entered: 0,
          known: 0,
          faulty: 0,
          faultsFile: newFaultsFile(file),
          faultsBytes: 0,
        }
      : { ...resumed, ...placeToGoOn(file, resumed) };
  told.start({ rows: inspected.rows - 1, ignored: header.ignored, resumedAt: resumed?.row ?? 0 });
  const faults = new FaultsFile(progress.faultsFile, header, progress.faultsBytes);
  const commit = (page: PageResult): void => {
    progress = {
      ...progress,
      row: page.lastRow,
      entered: progress.entered + page.entered,
      known: progress.known + page.known,
      faulty: progress.faulty + page.faulty.length,
      faultsBytes: faults.add(page.faulty),
    };
    writeProgress(file, progress);
    told.page(progress);
  };
  const sending = { session, register, header, notice };
  const underWay: Promise<PageResult>[] = [];
  for await (const page of pagesOf(rows, progress.row)) {
    const result = sendPage(sending, page);
    // It is awaited in its turn; until then its failure is nobody's.
    result.catch(() => {});
    underWay.push(result);
    const oldest = underWay.length < LANES ? undefined : underWay.shift();
    if (oldest !== undefined) commit(await oldest);
  }
  for (const result of underWay) commit(await result);
  faults.close({ keep: progress.faulty > 0 });
  removeProgress(file);
  return progress;
}

async function* pagesOf(rows: AsyncIterable<Row>, done: number): AsyncGenerator<readonly Row[]> {
  let page: Row[] = [];
  for await (const row of rows) {
    if (row.row <= done) continue;
    page.push(row);
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
