import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Move } from '../../infra/local/clock/time-machine.ts';
import { isRunning } from '../../infra/local/processes.ts';
import { DAY_MS } from '../../shared/kernel/china-time.ts';
import { scratchFolder } from './scratch-folder.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text itself where it is none. */
  readonly body: unknown;
}

export interface RequestParts {
  readonly body?: unknown;
  /** Session token. */
  readonly token?: string;
  /** `Idempotency-Key`. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CityOptions {
  /** Left out: a new one, which goes when the city stops. */
  readonly folder?: string;
  /** What to run instead of `infra/local/start.ts`; it prints its address on a line of its own. */
  readonly script?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A city of its own: a process, a free port, a folder, all gone after `stop`. */
export interface TestCity {
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** All that the present process has printed. */
  printed(): string;
  http(method: string, path: string, parts?: RequestParts): Promise<Answer>;
  readonly clock: {
    now(): Promise<string>;
    /** An ISO 8601 duration, in one request. */
    advance(duration: string): Promise<Move>;
    /** However far, in strides; answers what the last one did. */
    to(instant: string): Promise<Move>;
  };
  /** What a person's phone gets from WeChat. A phone number makes a person whom WeChat does not know yet. */
  wechatCodes(person: string, phone?: string): Promise<{ loginCode: string; phoneCode: string }>;
  /** What a power cut does to the city's process; the folder stays. */
  kill9(): Promise<void>;
  /** Starts over the same folder, on another port, after `kill9` or while it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 100_000;
/** Of one request: a move by months may last longer than fetch waits for an answer. */
const STRIDE_MS = 5 * DAY_MS;

/** As `npm start`: without it the young heap grows to 64 MB. */
const SMALL_HEAP = '--max-semi-space-size=4';

/** Cities that run, with how to be rid of them at once. */
const running = new Map<ChildProcess, () => void>();
process.on('exit', () => {
  for (const [child, gone] of running) {
    child.kill('SIGKILL');
    gone();
  }
});
// Otherwise an interrupted run would end without the above.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** Call `stop` in a `finally`, or by `onTestFinished`. */
export async function startCity(options: CityOptions = {}): Promise<TestCity> {
  const folder = options.folder ?? scratchFolder('tiered-care-city-');
  const gone = (): void => {
    endEngine(folder, options.folder === undefined);
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  let { child, url, printed } = await launch(folder, options, gone).catch((error: unknown) => {
    gone();
    throw error;
  });

  async function http(method: string, path: string, parts: RequestParts = {}): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(parts.token === undefined ? {} : { authorization: `Bearer ${parts.token}` }),
        ...(parts.key === undefined ? {} : { 'idempotency-key': parts.key }),
        ...parts.headers,
      },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    });
    return { status: response.status, headers: response.headers, body: jsonOf(await response.text()) };
  }

  async function expected<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await http(method, path, body === undefined ? {} : { body });
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }

  const now = async (): Promise<string> => (await expected<{ now: string }>('GET', '/local/clock')).now;
  async function moveTo(instant: string): Promise<Move> {
    const end = Date.parse(instant);
    for (let at = Date.parse(await now()) + STRIDE_MS; at < end; at += STRIDE_MS)
      await expected('POST', '/local/clock', { to: new Date(at).toISOString() });
    return expected('POST', '/local/clock', { to: instant });
  }

  return {
    get url() {
      return url;
    },
    folder,
    get pid() {
      return child.pid ?? 0;
    },
    printed: () => printed(),
    http,
    clock: {
      now,
      advance: (duration) => expected('POST', '/local/clock', { advance: duration }),
      to: moveTo,
    },
    wechatCodes: (person, phone) =>
      expected('POST', '/local/wechat/codes', { person, ...(phone === undefined ? {} : { phone }) }),
    kill9: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGTERM');
      ({ child, url, printed } = await launch(folder, options, gone));
    },
    async stop() {
      await end(child, 'SIGTERM');
      gone();
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly url: string;
  readonly printed: () => string;
}

/** Resolves when the city prints its address; what it prints before it fails is the error. */
async function launch(folder: string, options: CityOptions, gone: () => void): Promise<Launched> {
  const {
    script = join(import.meta.dirname, '../../infra/local/start.ts'),
    args = ['--quiet'],
    env = {},
  } = options;
  const child = spawn(process.execPath, [SMALL_HEAP, script, '--data', folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Only the first start of a test run compiles what all of them need.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), PORT: '0', ...env },
  });
  running.set(child, gone);
  child.once('exit', () => running.delete(child));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said += `${line}\n`;
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address !== undefined) resolve(address);
  });
  child.once('exit', (code) => reject(new Error(`the city ended (${code}) before it was ready:\n${said}`)));
  const late = setTimeout(() => reject(new Error(`the city is not ready in time:\n${said}`)), READY_MS);
  try {
    return { child, url: await url, printed: () => said };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** A killed city leaves its engine behind. In a folder that is not ours alone another city may be using it. */
function endEngine(folder: string, ours: boolean): void {
  const pidFile = join(folder, 'dynamodb.sqlite.pid');
  if (!existsSync(pidFile)) return;
  const { pid, parentPid } = JSON.parse(readFileSync(pidFile, 'utf8'));
  if ((ours || !isRunning(parentPid)) && isRunning(pid)) process.kill(pid, 'SIGKILL');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
