import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './median.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ROUNDS = 3;
const BAR_SECONDS = { first: 3, empty: 3, full: 5 } as const;
/** Of Linux's clock, in which `/proc` counts processor time. */
const TICKS_A_SECOND = 100;

/**
 * `npm start` until it answers: for the first time on this machine, when nothing is compiled; on a folder that is empty
 * (郏县 is made and loaded); and on the folder that this leaves.
 * Seconds on the wall hold on a quiet machine only; the processor's are beside them.
 */
export async function start(): Promise<boolean> {
  const figures = { first: [] as Figures[], empty: [] as Figures[], full: [] as Figures[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
    try {
      const compiled = join(folder, 'compiled');
      figures.first.push(await started(join(folder, 'first'), compiled));
      figures.empty.push(await started(join(folder, 'city'), compiled));
      figures.full.push(await started(join(folder, 'city'), compiled));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const middle = (kind: keyof typeof figures, of: keyof Figures): number =>
    median(figures[kind].map((each) => each[of]));
  const row = (kind: keyof typeof figures): object => ({
    'seconds to the first answer': Number(middle(kind, 'seconds').toFixed(2)),
    'of the processor': Number(middle(kind, 'cpuSeconds').toFixed(2)),
    bar: BAR_SECONDS[kind],
  });
  console.table({
    'empty folder, nothing compiled': row('first'),
    'empty folder': row('empty'),
    'full folder': row('full'),
  });
  const kinds = Object.keys(BAR_SECONDS) as (keyof typeof BAR_SECONDS)[];
  return kinds.every((kind) => middle(kind, 'seconds') <= BAR_SECONDS[kind]);
}

interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function started(folder: string, compiled: string): Promise<Figures> {
  const port = await freePort();
  const from = performance.now();
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=4', join(ROOT, 'infra/local/start.ts'), '--data', folder],
    { cwd: ROOT, stdio: 'ignore', env: { ...process.env, PORT: String(port), NODE_COMPILE_CACHE: compiled } },
  );
  const ended = once(child, 'exit');
  try {
    await answered(`http://127.0.0.1:${port}/openapi.json`);
    return { seconds: (performance.now() - from) / 1_000, cpuSeconds: cpuOf(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function answered(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return void (await response.arrayBuffer());
    await sleep(20);
  }
}

/** Not a number where there is no `/proc`. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return Number.NaN;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = Object(server.address());
  server.close();
  return port;
}
