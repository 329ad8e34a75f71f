import { readFileSync } from 'node:fs';

/** Resident memory of a process in MiB, where the system tells. */
export function residentMb(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  if (pid === process.pid) return Math.round(process.memoryUsage.rss() / 1024 / 1024);
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}

/** Start time in ticks since this boot, with the boot: tells a process from a later one of the same number. */
export function bornAt(pid: number): string | undefined {
  const stat = statOf(pid);
  // The 22nd field; the second one, a name, may hold blanks.
  return stat === undefined ? undefined : `${bootId()}/${stat[19]}`;
}

/** False for a process that has ended and that nobody asked about since (a zombie), as for one that is not there. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statOf(pid)?.[0] !== 'Z';
}

/** Fields of /proc/<pid>/stat from the third on; undefined where there is no such file. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

const WATCH_MS = 1_000;

/** Calls once when the process is gone; answers how to stop watching. A process nobody knows is not watched. */
export function watchProcess(pid: number | undefined, onGone: () => void): () => void {
  if (pid === undefined) return () => undefined;
  const watch = setInterval(() => {
    if (isRunning(pid)) return;
    clearInterval(watch);
    onGone();
  }, WATCH_MS);
  return () => clearInterval(watch);
}
