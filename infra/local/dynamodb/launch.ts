import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEngine } from './binary.ts';
import { clearStale, clearStaleIn, writePidFile } from './pid-file.ts';
import { indexStream } from './stream-index.ts';

export interface EngineOptions {
  /** The file that keeps the data; left out, they live as long as the process. */
  readonly dbPath?: string;
  /** Read for AWS_ENDPOINT_URL_DYNAMODB and PATH. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface LocalEngine {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  /** Undefined where somebody else runs it. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 5;
const START_MS = 10_000;
const POLL_MS = 10;

/**
 * A DynamoDB on this machine: the one AWS_ENDPOINT_URL_DYNAMODB names, else the embedded engine on a free port.
 * It answers when this resolves. The engine outlives a parent that is killed, so each leaves a pid file, and the
 * next start ends what was left behind.
 * Throws when there is no engine to be found, or when another live process has the same `dbPath` open.
 */
export async function startEngine({
  dbPath,
  environment = process.env,
}: EngineOptions = {}): Promise<LocalEngine> {
  const given = environment['AWS_ENDPOINT_URL_DYNAMODB'];
  if (given !== undefined && given !== '')
    return { endpoint: given, pid: undefined, stop: () => Promise.resolve() };
  const program = findEngine(environment['PATH']);
  const folder = join(tmpdir(), `tiered-care-dynamodb-${userInfo().username}`);
  clearStaleIn(folder);
  const owner = dbPath === undefined ? undefined : clearStale(`${dbPath}.pid`);
  if (owner !== undefined)
    throw new Error(`${dbPath} is open in process ${owner.parentPid}: stop that first`);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawn(
      program,
      ['--port', String(port), ...(dbPath === undefined ? [] : ['--db-path', dbPath])],
      {
        stdio: 'ignore',
      },
    );
    const pidFile = dbPath === undefined ? join(folder, `${port}.pid`) : `${dbPath}.pid`;
    if (child.pid !== undefined) writePidFile(pidFile, { pid: child.pid, port, parentPid: process.pid });
    if (await answers(child, port)) {
      if (dbPath !== undefined) indexStream(dbPath);
      return running(child, port, pidFile);
    }
    await end(child, pidFile);
    // Between choosing the port and listening on it somebody else may have taken it.
    if (attempt < START_ATTEMPTS) continue;
    const over = dbPath === undefined ? '' : `; if ${dbPath} is damaged, start again with --reset`;
    throw new Error(`the embedded DynamoDB does not start: ${program}${over}`);
  }
}

function running(child: ChildProcess, port: number, pidFile: string): LocalEngine {
  const onExit = (): void => {
    child.kill('SIGKILL');
    rmSync(pidFile, { force: true });
  };
  process.once('exit', onExit);
  // A parent that forgets to stop it still ends.
  child.unref();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      process.removeListener('exit', onExit);
      await end(child, pidFile);
    },
  };
}

async function end(child: ChildProcess, pidFile: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    child.ref();
    const ended = once(child, 'exit');
    // It syncs each write before it answers, so there is nothing to wait for.
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(pidFile, { force: true });
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (failed || child.exitCode !== null || child.signalCode !== null) return false;
    if (await isListening(port)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function isListening(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('this machine has no free port');
  return address.port;
}
