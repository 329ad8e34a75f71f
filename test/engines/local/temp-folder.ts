import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { scratchFolder } from '../../support/scratch-folder.ts';

/** A new folder that goes when the test ends, however it ends. */
export function tempFolder(): string {
  const folder = scratchFolder('tiered-care-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
