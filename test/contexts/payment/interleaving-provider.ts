import { generateKeyPairSync } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PayAgenda } from '../../../infra/local/wechat/pay/agenda.ts';
import { answerMerchant, type Service } from '../../../infra/local/wechat/pay/answering.ts';
import { BillDesk } from '../../../infra/local/wechat/pay/bills.ts';
import { Books } from '../../../infra/local/wechat/pay/books.ts';
import { endpointsOf } from '../../../infra/local/wechat/pay/calls.ts';
import { Courier, type Post } from '../../../infra/local/wechat/pay/courier.ts';
import type { Desk } from '../../../infra/local/wechat/pay/desk.ts';
import { memoryJournal } from '../../../infra/local/wechat/pay/journal.ts';
import { PayKnobs } from '../../../infra/local/wechat/pay/knobs.ts';
import { type PayMerchant, registered } from '../../../infra/local/wechat/pay/merchants.ts';
import { rfc3339 } from '../../../infra/local/wechat/pay/numbers.ts';
import { finish, type PayOutcome, pay } from '../../../infra/local/wechat/pay/payer.ts';
import { PlatformKeyRing } from '../../../infra/local/wechat/pay/platform-keys.ts';
import type { Callback } from '../../../infra/local/wechat/pay/records.ts';
import { sealResource, signatureHeaders } from '../../../infra/local/wechat/pay/sealing.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { readMerchant } from '../../../shared/wechat/pay/merchant.ts';
import { readPlatformKeys } from '../../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay, type WeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { vectors } from '../../shared/wechat-pay-keys.ts';

/**
 * One key pair a side serves all merchants and histories. They are real and short: half of a history would be spent on
 * signatures of 2048 bits, and those are tested elsewhere.
 */
const short = () => generateKeyPairSync('rsa', { modulusLength: 512 });
const merchantKeys = {
  ...vectors.testOnlyKeys.merchant,
  privateKeyPem: String(short().privateKey.export({ type: 'pkcs8', format: 'pem' })),
};
const secretsOf = (mchid: string) => ({ ...merchantKeys, mchid });
const platform = short();
const RING_KEY = {
  id: vectors.testOnlyKeys.platformPublicKey.publicKeyId,
  kind: 'public-key' as const,
  privateKeyPem: String(platform.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  publicPem: String(platform.publicKey.export({ type: 'spki', format: 'pem' })),
};
const ring = new PlatformKeyRing({ keys: [RING_KEY], current: RING_KEY.id }, () => undefined);
const platformKeys = readPlatformKeys(ring.published());

/** Must stand nowhere in plain. */
export const KEY_MARKERS: readonly string[] = [
  merchantKeys.apiV3Key,
  merchantKeys.privateKeyPem.split('\n')[3] ?? 'no key',
];

export interface ProviderParts {
  readonly clock: Clock;
  readonly mchids: readonly string[];
  readonly appId: string;
  readonly post: Post;
  /** Awaited before a call reaches WeChat, and again before its answer is back. */
  readonly turn: () => Promise<void>;
}

/** WeChat's stand-in with all its signatures and faults, called without a socket in between. */
export interface Provider {
  readonly desk: Desk;
  readonly courier: Courier;
  readonly agenda: PayAgenda;
  readonly keys: PlatformKeyRing;
  readonly bills: BillDesk;
  /** Every address that was called. */
  readonly urls: string[];
  client(mchid: string): Promise<WeChatPay>;
  pay(prepayId: string, openid: string): Promise<PayOutcome>;
  finish(prepayId: string, isPaid: boolean): Promise<PayOutcome>;
  /** A notification as WeChat would send it now, whatever became of it before. */
  message(id: string): Message;
}

export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const known = new Map<string, PayMerchant>();

function merchantOf(mchid: string, appId: string): PayMerchant {
  const found = known.get(mchid) ?? registered(secretsOf(mchid), { name: mchid, appIds: [appId] });
  known.set(mchid, found);
  return found;
}

const readKeys = new Map<string, ReturnType<typeof readMerchant>>();

function keysOf(mchid: string): ReturnType<typeof readMerchant> {
  const found = readKeys.get(mchid) ?? readMerchant(secretsOf(mchid));
  readKeys.set(mchid, found);
  return found;
}

export function startProvider({ clock, mchids, appId, post, turn }: ProviderParts): Provider {
  const merchants = new Map(mchids.map((mchid) => [mchid, merchantOf(mchid, appId)]));
  const desk: Desk = { books: new Books(memoryJournal()), clock, knobs: new PayKnobs(), merchants };
  const courier = new Courier(desk, ring, post);
  const bills = new BillDesk(desk, () => ENDPOINT);
  const service: Service = { desk, keys: ring, bills, courier, endpoints: endpointsOf(desk, bills) };
  const urls: string[] = [];
  let nonces = 0;
  const clients = new Map(
    mchids.map((mchid) => [
      mchid,
      createWeChatPay({
        endpoint: ENDPOINT,
        merchant: keysOf(mchid),
        platformKeys: () => platformKeys,
        clock,
        nonce: () => {
          nonces += 1;
          return `nonce${nonces}`;
        },
        timeoutMs: 4_000,
        fetch: fetchOver(service, turn, urls),
        sleep: async () => undefined,
        random: () => 0,
      }),
    ]),
  );
  const told = async (outcome: PayOutcome): Promise<PayOutcome> => {
    if (outcome.outcome === 'PAID' && desk.knobs.strikes('early'))
      for (const id of outcome.callbacks) await courier.send(id);
    return outcome;
  };
  return {
    desk,
    courier,
    agenda: new PayAgenda(desk, courier),
    keys: ring,
    bills,
    urls,
    client: async (mchid) => {
      const client = clients.get(mchid);
      if (client === undefined) throw new Error('no such merchant');
      return client;
    },
    pay: (prepayId, openid) => told(pay(desk, prepayId, openid)),
    finish: (prepayId, isPaid) => told(finish(desk, prepayId, isPaid)),
    message: (id) => messageOf(desk, id),
  };
}

const ENDPOINT = 'http://wechat.test.invalid';

/** A call whose answer never comes fails at once: what a time limit would make of it, without the wait. */
function fetchOver(service: Service, turn: () => Promise<void>, urls: string[]): typeof fetch {
  const call = async (url: URL, init: RequestInit): Promise<Response> => {
    urls.push(String(url));
    await turn();
    const headers: Record<string, string> = { accept: '*/*' };
    for (const [name, value] of new Headers(init.headers)) headers[name] = value;
    const request = Object.assign(new EventEmitter(), {
      method: init.method ?? 'GET',
      url: `${url.pathname}${url.search}`,
      headers,
      socket: { destroy: () => undefined },
    });
    const answer: { status?: number; headers?: Record<string, string>; body?: Buffer } = {};
    const response = {
      writeHead(status: number, given: Record<string, string>) {
        Object.assign(answer, { status, headers: given });
        return response;
      },
      end(body: Buffer) {
        answer.body = body;
      },
    };
    const answered = answerMerchant(
      service,
      request as unknown as IncomingMessage,
      response as unknown as ServerResponse,
    );
    if (init.body !== undefined) request.emit('data', Buffer.from(String(init.body)));
    request.emit('end');
    await answered;
    await turn();
    const { status, body } = answer;
    if (status === undefined || body === undefined) throw new TypeError('fetch failed');
    // No `Response`: reading one takes turns of the event loop that a history would not see.
    const came = { status, headers: new Headers(answer.headers), arrayBuffer: async () => bytesOf(body) };
    return came as unknown as Response;
  };
  return call as typeof fetch;
}

function bytesOf(body: Buffer): ArrayBuffer {
  return new Uint8Array(body).buffer;
}

function messageOf({ books, merchants, clock }: Desk, id: string): Message {
  const callback: Callback | undefined = books.get('callback', id);
  if (callback === undefined) throw new Error('no such notification');
  const kind = callback.eventType.startsWith('REFUND') ? 'refund' : 'transaction';
  const body = Buffer.from(
    JSON.stringify({
      id,
      create_time: rfc3339(callback.createdAt),
      resource_type: 'encrypt-resource',
      event_type: callback.eventType,
      summary: callback.summary,
      resource: sealResource(merchants.get(callback.mchid)?.apiV3Key ?? '', kind, callback.resource),
    }),
  );
  const headers = signatureHeaders(ring.signer(), body, clock.now());
  return { url: callback.url, headers: { ...headers, 'Content-Type': 'application/json' }, body };
}
