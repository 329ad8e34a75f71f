import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';

const progressSchema = z.strictObject({
  /** Of the file, the register, the city and the institution: of anything else it is not the progress. */
  of: z.string(),
  /** All rows up to this one are done. */
  row: z.int(),
  entered: z.int(),
  known: z.int(),
  faulty: z.int(),
  /** Where the faulty rows of those are, and how much of that file is theirs. */
  faultsFile: z.string(),
  faultsBytes: z.int(),
});

/** How far an import has come: counts, and nothing of what the rows say. */
export type Progress = z.output<typeof progressSchema>;

/** Beside the file, so that the same command finds it. */
function nameOf(file: string): string {
  return `${file}.progress.json`;
}

/** Undefined: there is none, or it is of something else. */
export function readProgress(file: string, of: string): Progress | undefined {
  try {
    const found = progressSchema.parse(JSON.parse(readFileSync(nameOf(file), 'utf8')));
    return found.of === of ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, whenever the process ends. */
export function writeProgress(file: string, progress: Progress): void {
  const half = `${nameOf(file)}.half`;
  writeFileSync(half, JSON.stringify(progress), { mode: 0o600 });
  renameSync(half, nameOf(file));
}

export function removeProgress(file: string): void {
  rmSync(nameOf(file), { force: true });
}
