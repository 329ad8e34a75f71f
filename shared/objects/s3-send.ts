import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ObjectStoreUnavailable } from './objects.ts';
import type { S3Request, S3Signer } from './s3-signer.ts';

export interface S3Sending {
  /** Statuses that the caller knows what to do with; all others end the call. */
  readonly accepts: readonly number[];
  readonly body?: Uint8Array;
  /** Of the body, in hex. */
  readonly sha256?: string;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  text(): string;
}

/** @throws ObjectStoreUnavailable */
export type SendToS3 = (request: S3Request, sending: S3Sending) => Promise<S3Answer>;

const EMPTY_SHA256 = createHash('sha256').digest('hex');
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;
/** Of one attempt: three of them and their pauses end before the caller's own patience. */
const ATTEMPT_MS = 2_500;

/** Too many requests, and what S3 itself calls its own fault. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/**
 * Sends a signed request. A busy answer, a broken one and one that never comes are tried again with growing, jittered
 * pauses: every call of the store may be repeated. Each attempt is signed anew, since a signature grows old.
 */
export function sendToS3(
  signer: S3Signer,
  {
    fetch: ask = fetch,
    sleep = pause,
  }: { fetch?: typeof fetch; sleep?: (ms: number) => Promise<unknown> } = {},
): SendToS3 {
  return async (request, { accepts, body, sha256 = EMPTY_SHA256 }) => {
    for (let attempt = 1; ; attempt += 1) {
      const { url, headers } = await signer.sign(request, sha256);
      const answer = await attemptCall(ask, url, {
        method: request.method,
        headers,
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
        // A redirect leads to another region's bucket: never where our files are.
        redirect: 'error',
        signal: AbortSignal.timeout(ATTEMPT_MS),
      });
      if (answer !== undefined && accepts.includes(answer.status)) return answer;
      const passing = answer === undefined || isPassing(answer.status);
      if (!passing || attempt === ATTEMPTS)
        throw new ObjectStoreUnavailable(String(answer?.status ?? 'silent'));
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  };
}

/** Undefined when no whole answer came. The cause is dropped on purpose: it may quote the address. */
async function attemptCall(ask: typeof fetch, url: string, init: RequestInit): Promise<S3Answer | undefined> {
  try {
    const response = await ask(url, init);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text: () => Buffer.from(bytes).toString('utf8'),
    };
  } catch {
    return undefined;
  }
}
