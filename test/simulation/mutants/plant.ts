import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mutant, mutated } from './mutant.ts';
import { mutants } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** @throws for a name that no mutant has; without a name nothing is planted */
export function plantNamed(name: string | undefined): void {
  if (name === undefined) return;
  const mutant = mutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`no mutant ${name}`);
  plant(mutant);
}

/** From now on this process reads the mutant's file with the bug in it. Call it before the file is first imported. */
function plant(mutant: Mutant): void {
  const url = pathToFileURL(join(ROOT, mutant.file)).href;
  registerHooks({
    load(asked, context, next) {
      const loaded = next(asked, context);
      if (asked !== url) return loaded;
      return { ...loaded, source: mutated(mutant, String(loaded.source)) };
    },
  });
}
