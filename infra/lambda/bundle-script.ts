import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** What a bundle exports. */
export interface Bundle {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
}

const PARAMETERS = 'exports, require, module, __filename, __dirname';

/** A CommonJS file as Node would wrap it, but compiled by us: with a code cache, or to make one. */
export function bundleScript(file: string, cachedData?: Buffer): Script {
  const head = `(function (${PARAMETERS}) {`;
  return new Script(`${head}${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    // Stack traces name the columns of the file, so that its source map fits.
    columnOffset: -head.length,
    ...(cachedData && { cachedData }),
  });
}

/** Runs it as a module of its own. */
export function runBundle(script: Script, file: string, folder: string, require: NodeJS.Require): Bundle {
  const module: { exports: Bundle } = { exports: { handler: () => Promise.reject(new Error('no handler')) } };
  script.runInThisContext()(module.exports, require, module, file, folder);
  return module.exports;
}

/**
 * Beside the bundle. V8 takes no cache of another version or of other flags; one of another kind of processor would not
 * be told apart, so both stand in the name and only the right one is offered.
 */
export function codeCacheName(): string {
  return `index.${process.versions.v8}.${process.arch}.cache`;
}
