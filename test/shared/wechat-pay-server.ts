import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { PayConnection } from '../../shared/wechat/pay/client.ts';
import { merchant, NOW_MS, platformKeys, type SignedParts, signedBy, vectors } from './wechat-pay-keys.ts';

/** What the loopback server saw of one request. */
export interface Asked {
  readonly method: string;
  /** Raw, as it came over the wire. */
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  /** Whether the Authorization header's signature holds over exactly this. */
  readonly isSigned: boolean;
  readonly nonce: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly signed?: SignedParts | 'not';
  readonly headers?: Record<string, string>;
}

/** `drop`: the connection ends without an answer. `never`: nothing comes. */
export type Scripted = ScriptedAnswer | 'drop' | 'never';

/** A loopback WeChat that gives the answers in turn; the last one stays. */
export async function scriptedWeChat(
  ...answers: readonly Scripted[]
): Promise<{ readonly asked: Asked[]; readonly connection: PayConnection; readonly pauses: number[] }> {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    asked.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body,
      ...checked(request.method ?? '', request.url ?? '', body, request.headers.authorization ?? ''),
    });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === 'drop') response.destroy();
    if (answer === undefined || typeof answer === 'string') return;
    const text = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
    const headers = answer.signed === 'not' ? {} : signedBy(text, answer.signed).headers;
    response.writeHead(answer.status ?? 200, { ...headers, ...answer.headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  let nonces = 0;
  return {
    asked,
    pauses,
    connection: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      merchant,
      platformKeys: () => platformKeys,
      clock: { now: () => NOW_MS },
      nonce: () => {
        nonces += 1;
        return `nonce${nonces}`;
      },
      timeoutMs: 2_000,
      random: () => 0.5,
      sleep: async (ms) => {
        pauses.push(ms);
      },
    },
  };
}

const publicKey = createPublicKey(vectors.testOnlyKeys.merchant.publicKeyPem);

function checked(method: string, url: string, body: string, authorization: string) {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(authorization)?.[1] ?? '';
  const message = `${method}\n${url}\n${field('timestamp')}\n${field('nonce_str')}\n${body}\n`;
  const signature = Buffer.from(field('signature'), 'base64');
  return {
    nonce: field('nonce_str'),
    isSigned:
      authorization.startsWith('WECHATPAY2-SHA256-RSA2048 ') &&
      field('mchid') === merchant.mchid &&
      field('serial_no') === merchant.serial &&
      verify('sha256', Buffer.from(message), publicKey, signature),
  };
}
