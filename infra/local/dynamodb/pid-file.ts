import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';

/** What is known of a running engine: enough to tell it from a later process with the same number. */
const RunningEngine = z.object({ pid: z.int(), port: z.int(), parentPid: z.int() });
export type RunningEngine = z.infer<typeof RunningEngine>;

export function writePidFile(path: string, engine: RunningEngine): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(engine));
}

/**
 * Ends the engine a pid file tells of if its parent died without stopping it, and removes the file.
 * Answers the engine when its parent still lives.
 */
export function clearStale(path: string): RunningEngine | undefined {
  const engine = read(path);
  if (engine !== undefined && isEngine(engine)) {
    if (isAlive(engine.parentPid)) return engine;
    process.kill(engine.pid, 'SIGKILL');
  }
  rmSync(path, { force: true });
  return undefined;
}

/** The same for every pid file of a folder: the engines of test runs that were killed. */
export function clearStaleIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.pid')) clearStale(join(folder, name));
}

function read(path: string): RunningEngine | undefined {
  try {
    return RunningEngine.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** False of a zombie too: where nobody reaps orphans (a container), a killed process keeps its number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(
      process.platform === 'linux' ? readFileSync(`/proc/${pid}/status`, 'utf8') : '',
    );
  } catch {
    return false;
  }
}

/** A number is used again in time; the engine's own port in its command line is not. */
function isEngine({ pid, port }: RunningEngine): boolean {
  const words = commandLine(pid).split(/[\0\s]+/);
  return words.includes('--port') && words.includes(String(port));
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
