import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { bornAt, isRunning } from './processes.ts';

export interface LockHolder {
  readonly pid: number;
  readonly url: string;
  /** Tells the process from a later one with the same number, where the system says. */
  readonly bornAt: string | undefined;
}

export class FolderLockedError extends Error {
  readonly holder: LockHolder;

  constructor(folder: string, holder: LockHolder) {
    super(
      `${folder} belongs to a city that is running at ${holder.url} (process ${holder.pid}): stop it, or use --data`,
    );
    this.name = 'FolderLockedError';
    this.holder = holder;
  }
}

/** Takes the data folder for this process. A file left by a killed city is taken over. @throws FolderLockedError */
export function lockFolder(folder: string, url: string): { release(): void } {
  const path = `${folder}/city.pid`;
  const own = JSON.stringify({ pid: process.pid, url, bornAt: bornAt(process.pid) } satisfies LockHolder);
  for (;;) {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
    const holder = holderOf(path);
    if (holder !== undefined && isAlive(holder)) throw new FolderLockedError(folder, holder);
    rmSync(path, { force: true });
  }
}

function holderOf(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, bornAt: born }: LockHolder): boolean {
  return isRunning(pid) && (born === undefined || bornAt(pid) === born);
}
