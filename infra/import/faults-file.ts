import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { FAULT_TITLES, type Header } from './header.ts';
import type { Row } from './read-rows.ts';

export interface Fault {
  /** What the first row calls the column; empty where the fault is of the whole row. */
  readonly column: string;
  readonly code: string;
  /** Chinese. */
  readonly message: string;
}

export interface FaultyRow extends Row {
  readonly faults: readonly Fault[];
}

/** By which Excel knows UTF-8. */
const BOM = '\uFEFF';

/** `register.csv` → `register.faults.csv`, and never over one that somebody may have mended. */
export function newFaultsFile(file: string): string {
  const stem = file.replace(/\.csv$/i, '');
  for (let number = 1; ; number += 1) {
    const name = `${stem}.faults${number === 1 ? '' : `-${number}`}.csv`;
    if (!existsSync(name)) return name;
  }
}

interface Place {
  readonly faultsFile: string;
  readonly faultsBytes: number;
}

/** Where an import that broke off goes on: in its file as it was left, or in a new one if that was taken away. */
export function placeToGoOn(file: string, { faultsFile, faultsBytes }: Place): Place {
  const size = existsSync(faultsFile) ? statSync(faultsFile).size : 0;
  return size < faultsBytes
    ? { faultsFile: newFaultsFile(file), faultsBytes: 0 }
    : { faultsFile, faultsBytes };
}

/** Faulty rows as they were, each with its number and what is wrong: to be mended and imported in its turn. */
export class FaultsFile {
  readonly #name: string;
  readonly #header: Header;
  readonly #fd: number;
  readonly #kept: readonly number[];
  #bytes: number;

  /** Only the first `bytes` of it are kept. Readable by its owner alone: it holds what the register holds. */
  constructor(name: string, header: Header, bytes: number) {
    this.#name = name;
    this.#header = header;
    this.#fd = openSync(name, existsSync(name) ? 'r+' : 'w', 0o600);
    ftruncateSync(this.#fd, bytes);
    this.#bytes = bytes;
    const ours: readonly string[] = FAULT_TITLES;
    this.#kept = header.titles.flatMap((title, index) => (ours.includes(title.trim()) ? [] : [index]));
    if (bytes === 0) this.#write(BOM + this.#line(header.titles, FAULT_TITLES));
  }

  /** On disk when this returns: how long the file is. */
  add(rows: readonly FaultyRow[]): number {
    if (rows.length === 0) return this.#bytes;
    const lines = rows.map(({ row, cells, faults }) => {
      const of = (what: keyof Fault): string => faults.map((fault) => fault[what]).join('；');
      return this.#line(cells, [String(row), of('column'), of('code'), of('message')]);
    });
    this.#write(lines.join(''));
    fsyncSync(this.#fd);
    return this.#bytes;
  }

  close({ keep }: { readonly keep: boolean }): void {
    closeSync(this.#fd);
    if (!keep) rmSync(this.#name);
  }

  /** The cells of the register, in its columns and beyond, and ours. */
  #line(cells: readonly string[], ours: readonly string[]): string {
    const beyond = cells.slice(this.#header.titles.length);
    const own = this.#kept.map((index) => cells[index] ?? '');
    return stringify([[...own, ...ours, ...beyond]], { record_delimiter: 'windows' });
  }

  #write(text: string): void {
    this.#bytes += writeSync(this.#fd, text, this.#bytes);
  }
}
