import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk in memory, on Linux. The embedded engine syncs each write, which costs nothing there; a kill -9 is survived all the same. */
const IN_MEMORY = '/dev/shm';
const ROOMY_BYTES = 1024 ** 3;

/** A new empty folder for something that writes a lot and is thrown away. Whoever asks for it removes it. */
export function scratchFolder(prefix: string): string {
  return mkdtempSync(join(isRoomy() ? IN_MEMORY : tmpdir(), prefix));
}

function isRoomy(): boolean {
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize > ROOMY_BYTES;
  } catch {
    return false;
  }
}
