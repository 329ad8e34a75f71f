import * as z from 'zod/mini';
import type { Clock } from '../../kernel/clock.ts';
import { type Merchant, type Payee, signerOf } from './merchant.ts';
import { InvalidPayRequestError, type PayFault, WeChatPayError } from './pay-errors.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { authorization } from './signing.ts';
import { header, verifySigned } from './verification.ts';

/** How one merchant reaches WeChat Pay. */
export interface PayConnection {
  /** `https://api.mch.weixin.qq.com`, or a stand-in. */
  readonly endpoint: string;
  readonly merchant: Merchant;
  /** Asked anew for every answer, so that a rotation takes effect in the middle of a call. */
  readonly platformKeys: () => PlatformKeys;
  readonly clock: Clock;
  /** At most 32 letters and digits, never the same twice. */
  readonly nonce: () => string;
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number) => Promise<void>;
  /** 0 ≤ n < 1, for the jitter. */
  readonly random?: () => number;
}

export interface PayCall<T> {
  /** The path's template, which names the call in errors: the real one holds order numbers. */
  readonly api: string;
  readonly method: 'GET' | 'POST';
  /** Built by `pathOf`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Of the answer's own fields; what it does not name is dropped. `nothing`: 204 without a body. */
  readonly answer: z.ZodMiniType<T> | 'nothing';
  /** True only where WeChat knows the call again by a number of ours, so that twice is once. */
  readonly repeatable: boolean;
  /** The key that fields of the body are sealed with; else the first we have. */
  readonly sealedWith?: string;
}

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
/** An API's function is ended after ten seconds; what it was doing, and whom it should have answered, would be lost. */
const MOST_MS = 9_000;

const refusalSchema = z.object({ code: z.string().check(z.regex(/^[A-Z][A-Z0-9_]{1,63}$/)) });

/** Codes that say "not now" with a status that does not. */
const LATER = new Set(['USERPAYING', 'USER_PAYING', 'NOT_ENOUGH', 'NOTENOUGH', 'BIZERR_NEED_RETRY']);

/** `/v3/…/{0}` with its places filled: `|` and `*` are allowed in order numbers. */
export function pathOf(template: string, ...values: readonly string[]): string {
  return template.replace(/\{(\d)\}/g, (_, place) => encodeURIComponent(values[Number(place)] ?? ''));
}

/** @throws InvalidPayRequestError when the connection signs for another merchant */
export function assertSigner({ merchant }: PayConnection, payee: Payee): void {
  if (signerOf(payee) !== merchant.mchid) throw new InvalidPayRequestError('payee');
}

/**
 * One call, signed anew for each attempt. What may be repeated is tried three times in all when no answer comes, an
 * answer says to come again, or one is not proven to be WeChat's: as often as nine seconds hold.
 * @throws WeChatPayError
 */
export async function callPay<T>(connection: PayConnection, call: PayCall<T>): Promise<T> {
  const { sleep = pause, random = Math.random, clock, timeoutMs } = connection;
  const latest = clock.now() + MOST_MS - timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptCall(connection, call);
    if (!(outcome instanceof WeChatPayError)) return outcome.answer;
    const again = outcome.fault === 'UNAVAILABLE' || outcome.fault === 'UNTRUSTED';
    const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random());
    const isOver = attempt === ATTEMPTS || clock.now() + pauseMs > latest;
    if (!(again && call.repeatable) || isOver) throw outcome;
    await sleep(pauseMs);
  }
}

async function attemptCall<T>(
  connection: PayConnection,
  call: PayCall<T>,
): Promise<{ readonly answer: T } | WeChatPayError> {
  const came = await send(connection, call);
  if (came === undefined) return failure(call.api, undefined, 'UNAVAILABLE');
  const { status } = came;
  const trusted = verifySigned(came, connection.platformKeys(), connection.clock.now()).ok;
  const json = jsonOf(came.rawBody);
  if (status >= 500 || status === 429) return failure(call.api, { ...came, trusted, json }, 'UNAVAILABLE');
  if (!trusted) return failure(call.api, { ...came, trusted, json }, 'UNTRUSTED');
  if (call.answer === 'nothing') {
    // A close can answer 202 with a code, which is no success. The cast: `nothing` goes with T = undefined.
    if (status === 204 || (status === 200 && came.rawBody.length === 0)) return { answer: undefined as T };
  } else if (status === 200) {
    const parsed = call.answer.safeParse(json);
    if (parsed.success) return { answer: parsed.data };
    return failure(call.api, { ...came, trusted, json }, 'MALFORMED');
  }
  return failure(call.api, { ...came, trusted, json }, 'REFUSED');
}

interface Came {
  readonly status: number;
  readonly headers: Headers;
  readonly rawBody: Uint8Array;
}

/** Undefined when nothing came. The cause is dropped on purpose: it may quote the address. */
async function send(connection: PayConnection, call: PayCall<unknown>): Promise<Came | undefined> {
  const { method } = call;
  const body = call.body === undefined ? '' : JSON.stringify(call.body);
  const serial = call.sealedWith ?? connection.platformKeys().keys().next().value;
  const url = new URL(call.path, connection.endpoint);
  url.search = queryOf(call.query ?? {});
  try {
    const response = await (connection.fetch ?? fetch)(url, {
      method,
      ...(body === '' ? {} : { body }),
      headers: {
        Authorization: signedHeader(connection, { method, url, body }),
        Accept: 'application/json',
        'User-Agent': 'tiered-care',
        ...(body === '' ? {} : { 'Content-Type': 'application/json' }),
        ...(serial === undefined ? {} : { 'Wechatpay-Serial': serial }),
      },
      // Another address would get the signature.
      redirect: 'error',
      signal: AbortSignal.timeout(connection.timeoutMs),
    });
    return {
      status: response.status,
      headers: response.headers,
      rawBody: Buffer.from(await response.arrayBuffer()),
    };
  } catch {
    return undefined;
  }
}

/** Signed is what `fetch` sends: path and query as the URL writes them. */
export function signedHeader(
  { merchant, clock, nonce }: Pick<PayConnection, 'merchant' | 'clock' | 'nonce'>,
  { method, url, body }: { readonly method: 'GET' | 'POST'; readonly url: URL; readonly body: string },
): string {
  return authorization(merchant, {
    method,
    pathAndQuery: `${url.pathname}${url.search}`,
    timestampSeconds: Math.floor(clock.now() / 1000),
    nonce: nonce(),
    body,
  });
}

function failure(
  api: string,
  came: (Came & { readonly trusted: boolean; readonly json: unknown }) | undefined,
  fault: PayFault,
): WeChatPayError {
  const code = refusalSchema.safeParse(came?.json).data?.code;
  const requestId = came && header(came.headers, 'request-id');
  const later = code !== undefined && LATER.has(code);
  const notCarriedOut = came?.trusted === true && (fault === 'REFUSED' || came.status === 429);
  return new WeChatPayError({
    api,
    fault,
    code,
    status: came?.status,
    requestId: requestId !== undefined && /^[\w-]{1,128}$/.test(requestId) ? requestId : undefined,
    retryable: fault === 'UNAVAILABLE' || fault === 'UNTRUSTED' || later,
    outcomeUnknown: !notCarriedOut,
  });
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
  return parameters.toString();
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
