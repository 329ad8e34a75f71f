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

const WATCH_MS = 1_000;

/** Calls once when the process is gone; answers how to stop watching. A process nobody knows is not watched. */
export function watchProcess(pid: number | undefined, onGone: () => void): () => void {
  if (pid === undefined) return () => undefined;
  const watch = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      clearInterval(watch);
      onGone();
    }
  }, WATCH_MS);
  return () => clearInterval(watch);
}
