import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** What a bundle exports. */
export interface Bundle {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
}

/** What a bundle stands between, so that it can be compiled as it lies there: the function Node makes of CommonJS. */
export const WRAPPER = {
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
} as const;

/** A bundle in its `WRAPPER`, compiled by us and not by `require`: with a code cache, or to make one. */
export function bundleScript(file: string, cachedData?: Buffer): Script {
  return new Script(readFileSync(file, 'utf8'), { filename: file, ...(cachedData && { cachedData }) });
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
