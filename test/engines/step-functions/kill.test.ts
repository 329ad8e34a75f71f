import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempFolder } from '../local/temp-folder.ts';

/** Runs the process until it is done, or kills it after so many calls. */
async function life(folder: string, killAfterCalls = Number.POSITIVE_INFINITY): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./killable.ts', import.meta.url)), folder]);
  let said = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.split('call').length > killAfterCalls) child.kill('SIGKILL');
  }
  await ended;
  return said;
}

test('a process killed again and again comes to the same end, and does nothing twice', async () => {
  const folder = tempFolder();
  for (const calls of [1, 20, 100]) expect(await life(folder, calls)).not.toContain('done');
  expect(await life(folder)).toContain('done SUCCEEDED 300');
  const effects = readFileSync(join(folder, 'effects.txt'), 'utf8').trim().split('\n').map(Number);
  expect(effects.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});
