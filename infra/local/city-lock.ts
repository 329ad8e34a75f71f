import { readFileSync, rmSync, writeFileSync } from 'node:fs';

export interface LockHolder {
  readonly pid: number;
  readonly url: string;
  /** Tells the process from a later one with the same number; empty where the system does not say. */
  readonly bornAt: string;
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
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return born === '' || bornAt(pid) === born;
}

/** Start time in clock ticks since this boot, which Linux keeps as the 22nd field; a process name may hold blanks. */
function bornAt(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return '';
  }
}
