import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Step } from '../kernel/step.ts';
import type { Failure } from './messages.ts';

/** A history that broke a rule once: replayed by the tests for ever. */
export interface Regression {
  readonly workflow: string;
  readonly seed: number;
  /** With this bug planted it still breaks it; without, it breaks nothing. */
  readonly mutant?: string;
  readonly rule: string;
  readonly message: string;
  readonly steps: readonly Step[];
}

const FOLDER = join(import.meta.dirname, '../regressions');

/** Writes the failure down as a file of its own. Answers where. */
export function keepFailure(
  workflow: string,
  { seed, rule, message, steps }: Failure,
  mutant?: string,
): string {
  const regression: Regression = {
    ...{ workflow, seed },
    ...(mutant === undefined ? {} : { mutant }),
    ...{ rule, message, steps },
  };
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${workflow}-${mutant ?? rule.toLowerCase()}-${seed}.json`);
  writeFileSync(file, `${JSON.stringify(regression, undefined, 2)}\n`);
  return relative(process.cwd(), file);
}

export function regressions(): readonly { readonly file: string; readonly regression: Regression }[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => ({
      file,
      regression: JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Regression,
    }));
}
