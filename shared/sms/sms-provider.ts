import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import type { Clock } from '../kernel/clock.ts';
import { isNotConnected } from '../kernel/not-connected.ts';

/**
 * Text messages by a provider with templates of its own that its operator has approved. AWS sends none in China, so this
 * is what the mainland's providers have in common: JSON over HTTPS, an access key, a signature over what is sent. A
 * provider that differs gets an adapter of the same shape.
 */
export interface TextMessage {
  /** Bare eleven digits. */
  readonly phone: string;
  readonly templateId: string;
  /** Placeholder to text. */
  readonly params: Readonly<Record<string, string>>;
  /** The same message again, however often it is sent: the provider delivers one. */
  readonly requestId: string;
}

/**
 * `SENT`: taken. `NOT_REACHED`: it never got there. `UNANSWERED`: nobody knows, and repeating the request is harmless.
 * `code`: refused, in the provider's words.
 */
export type SmsOutcome = 'SENT' | 'NOT_REACHED' | 'UNANSWERED' | { readonly code: string };

export interface SmsProvider {
  send(message: TextMessage): Promise<SmsOutcome>;
}

export interface SmsConnection {
  /** `https://…`, without a path. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** 短信签名: whose message it is, as the provider has approved it. */
  readonly signName: string;
}

interface SmsParts {
  /** Undefined: nobody has told us of a provider yet. */
  readonly connection: () => Promise<SmsConnection | undefined>;
  readonly clock: Clock;
  readonly nonce: () => string;
  readonly timeoutMs: number;
}

export const SMS_PATH = '/v1/messages';

const answerSchema = z.object({ code: z.string() });

/** What the signature is over: `method\npath\ntimestamp\nnonce\nSHA-256 of the body`. HMAC-SHA-256, hex. */
export function smsSignature(
  secretKey: string,
  {
    timestamp,
    nonce,
    body,
  }: { readonly timestamp: string; readonly nonce: string; readonly body: string | Uint8Array },
): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return createHmac('sha256', secretKey)
    .update(['POST', SMS_PATH, timestamp, nonce, digest].join('\n'))
    .digest('hex');
}

/** One attempt a call. An answer `OK` is a message taken; anything else that is understood is its refusal. */
export function createSmsProvider({ connection, clock, nonce, timeoutMs }: SmsParts): SmsProvider {
  return {
    async send(message) {
      const known = await connection();
      if (known === undefined) return 'NOT_REACHED';
      const { endpoint, accessKey, secretKey, signName } = known;
      const body = JSON.stringify({ ...message, signName });
      const signed = { timestamp: String(Math.floor(clock.now() / 1000)), nonce: nonce() };
      const response = await answered(
        fetch(new URL(SMS_PATH, endpoint), {
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/json',
            'x-access-key': accessKey,
            'x-timestamp': signed.timestamp,
            'x-nonce': signed.nonce,
            'x-signature': smsSignature(secretKey, { ...signed, body }),
          },
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        }),
      );
      if (typeof response === 'string') return response;
      return response.code === 'OK' ? 'SENT' : { code: response.code };
    },
  };
}

/** The cause is dropped on purpose: it may quote what was sent. */
async function answered(
  sending: Promise<Response>,
): Promise<{ readonly code: string } | 'NOT_REACHED' | 'UNANSWERED'> {
  try {
    const response = await sending;
    const parsed = answerSchema.safeParse(JSON.parse(await response.text()));
    return parsed.data ?? 'UNANSWERED';
  } catch (error) {
    return isNotConnected(error) ? 'NOT_REACHED' : 'UNANSWERED';
  }
}
