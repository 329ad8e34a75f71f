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
