import * as z from 'zod/mini';
import { isNotConnected } from '../kernel/not-connected.ts';
import { WeChatUnavailableError } from './wechat-errors.ts';

/** How WeChat's servers are reached. */
export interface WeChatConnection {
  /** `https://api.weixin.qq.com`, or a stand-in. */
  readonly endpoint: string;
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number) => Promise<void>;
  /** 0 ≤ n < 1, for the jitter. */
  readonly random?: () => number;
  /** Milliseconds from anywhere. */
  readonly elapsed?: () => number;
}

export interface WeChatRequest<T> {
  /** Path, which also names the call in errors. */
  readonly api: string;
  /** May hold the secret, a login code or a token: it goes into the URL and nowhere else. */
  readonly query?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: unknown;
  /** Of the answer's own fields; what it does not name is dropped. */
  readonly answer: z.ZodMiniType<T>;
}

export type WeChatAnswer<T> =
  | { readonly ok: true; readonly answer: T }
  | { readonly ok: false; readonly errcode: number };

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
/** An API's function is ended after ten seconds, and whom it should have answered would hear nothing. */
const MOST_MS = 9_000;

/** 系统繁忙, "please try again later". */
const BUSY = -1;

const errcodeSchema = z.object({ errcode: z.optional(z.int()) });

/**
 * Calls one of WeChat's JSON APIs, which answer errors with HTTP 200 and an `errcode`. Busy answers, broken ones and
 * those that never come are tried again with growing, jittered pauses, three times in all: as often as nine seconds hold.
 * @throws WeChatUnavailableError, which repeats neither the URL nor the answer
 */
export async function callWeChat<T>(
  connection: WeChatConnection,
  request: WeChatRequest<T>,
): Promise<WeChatAnswer<T>> {
  const { sleep = pause, random = Math.random, elapsed = () => performance.now(), timeoutMs } = connection;
  const latest = elapsed() + MOST_MS - timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const json = await attemptCall(connection, request);
    const errcode = errcodeSchema.safeParse(json).data?.errcode ?? 0;
    if (errcode !== 0 && errcode !== BUSY) return { ok: false, errcode };
    const parsed = errcode === 0 ? request.answer.safeParse(json) : undefined;
    if (parsed?.success === true) return { ok: true, answer: parsed.data };
    const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random());
    if (attempt === ATTEMPTS || elapsed() + pauseMs > latest) throw new WeChatUnavailableError(request.api);
    await sleep(pauseMs);
  }
}

/**
 * One attempt, for what must not be done twice: nothing is repeated, not even a busy answer (errcode -1).
 * `NOT_REACHED`: it certainly never came to WeChat. `UNANSWERED`: WeChat may have done it.
 */
export async function callWeChatOnce<T>(
  connection: WeChatConnection,
  request: WeChatRequest<T>,
): Promise<WeChatAnswer<T> | 'NOT_REACHED' | 'UNANSWERED'> {
  const json = await attemptCall(connection, request);
  if (json === NOT_REACHED) return 'NOT_REACHED';
  const errcode = errcodeSchema.safeParse(json).data?.errcode ?? 0;
  if (errcode !== 0) return { ok: false, errcode };
  const parsed = request.answer.safeParse(json);
  return parsed.success ? { ok: true, answer: parsed.data } : 'UNANSWERED';
}

const NOT_REACHED = Symbol('not reached');

/**
 * The answer's JSON; undefined when none came, NOT_REACHED when there was no connection. The cause is dropped on purpose:
 * it may quote the URL.
 */
async function attemptCall(connection: WeChatConnection, request: WeChatRequest<unknown>): Promise<unknown> {
  const { api, query, body } = request;
  const url = new URL(api, connection.endpoint);
  url.search = new URLSearchParams(query).toString();
  try {
    const response = await (connection.fetch ?? fetch)(url, {
      ...(body === undefined ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(body) }),
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      // A redirect would carry the secret to another address.
      redirect: 'error',
      signal: AbortSignal.timeout(connection.timeoutMs),
    });
    // The content type says text/plain, so only the text tells.
    return response.ok ? JSON.parse(await response.text()) : await drained(response);
  } catch (error) {
    return isNotConnected(error) ? NOT_REACHED : undefined;
  }
}

async function drained(response: Response): Promise<undefined> {
  await response.arrayBuffer();
  return undefined;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
