import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, bundleScript, codeCacheName, runBundle } from './bundle-script.ts';

/**
 * What Lambda loads: the bundle beside it, with the code that V8 compiled when it was built, if this is the same V8.
 * Another one compiles for itself, in three times the time, and says so once.
 */
function boot(): Bundle {
  const file = join(__dirname, 'index.js');
  const cachedData = codeCache();
  const script = bundleScript(file, cachedData);
  if (cachedData === undefined || script.cachedDataRejected === true) {
    const { v8, node } = process.versions;
    const message = 'this V8 compiles for itself: build with the Node that Lambda has';
    process.stdout.write(
      `${JSON.stringify({ level: 'INFO', code: 'CODE_CACHE_UNUSED', message, v8, node })}\n`,
    );
  }
  return runBundle(script, file, __dirname, require);
}

function codeCache(): Buffer | undefined {
  try {
    return readFileSync(join(__dirname, codeCacheName()));
  } catch {
    return undefined;
  }
}

export const { handler } = boot();
