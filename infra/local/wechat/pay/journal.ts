import { appendFileSync, closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** One change: a kind, an id, and the record as it now is. */
export type JournalLine = readonly (readonly [kind: string, id: string, value: unknown])[];

/** Appends changes, and gives them back in order. */
export interface Journal {
  readonly past: readonly JournalLine[];
  /** With the operating system when it returns, all of it or nothing: the process may be killed at any moment. */
  append(line: JournalLine): void;
  close(): void;
}

/**
 * A file of one JSON line a change. A last line without its end was never acknowledged, and is dropped. `compact` is
 * handed everything that was read, and what it answers replaces the file, so that it does not grow for ever.
 */
export function fileJournal(
  path: string,
  compact: (past: readonly JournalLine[]) => readonly JournalLine[],
): Journal {
  const past = compact(linesOf(path));
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, past.map((line) => `${JSON.stringify(line)}\n`).join(''));
  renameSync(draft, path);
  const file = openSync(path, 'a');
  let isOpen = true;
  return {
    past,
    append: (line) => appendFileSync(file, `${JSON.stringify(line)}\n`),
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

/** For a simulation that keeps nothing. */
export function memoryJournal(): Journal {
  return { past: [], append: () => undefined, close: () => undefined };
}

function linesOf(path: string): readonly JournalLine[] {
  const lines = textOf(path).split('\n');
  // After the last line feed: nothing, or what a kill left of a line.
  lines.pop();
  return lines.map((line) => {
    const parsed: unknown = parsedOf(line);
    if (!Array.isArray(parsed)) throw new Error(`${path} is damaged; start again with --reset`);
    return parsed;
  });
}

function parsedOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw cause;
  }
}
