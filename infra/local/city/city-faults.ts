/** One thing wrong with a city's files, told so that a clerk finds the cell. */
export interface CityFault {
  readonly file: string;
  /** As the spreadsheet numbers it, the header being 1; in JSON the n-th entry. 0: the file as a whole. */
  readonly row: number;
  readonly column: string;
  /** Chinese; never repeats the cell. */
  readonly message: string;
}

/** Nothing was loaded. Carries every fault of every file. */
export class CityFilesError extends Error {
  readonly faults: readonly CityFault[];

  constructor(faults: readonly CityFault[]) {
    super("the city's files have faults");
    this.name = 'CityFilesError';
    this.faults = faults;
  }
}

/** A list to print, one fault a line: `institutions.csv 第 12 行 level：只能是……` */
export function describeFaults(faults: readonly CityFault[]): string {
  return faults
    .map(({ file, row, column, message }) => `${file} 第 ${row} 行 ${column}：${message}`)
    .join('\n');
}
