import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder that goes when the test ends, however it ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiered-care-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
