import { generateKeyPairSync } from 'node:crypto';
import { afterSending } from './callbacks.ts';
import type { Desk } from './desk.ts';
import { rfc3339 } from './numbers.ts';
import type { PlatformKeyRing } from './platform-keys.ts';
import type { Callback } from './records.ts';
import { type PlatformSigner, sealResource, signatureHeaders } from './sealing.ts';

/** Sends one request and answers its status; undefined when none came within five seconds. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
) => Promise<number | undefined>;

/** What merchants made of that which was not WeChat's: all of it must be refused. */
export interface TrialCount {
  sent: number;
  /** Answered 200 or 204, which is a defect of the merchant's. */
  taken: number;
}

/** Carries notifications, sealed and signed, one after another. */
export class Courier {
  readonly trials: Readonly<Record<'probe' | 'tamper' | 'forge', TrialCount>> = {
    probe: { sent: 0, taken: 0 },
    tamper: { sent: 0, taken: 0 },
    forge: { sent: 0, taken: 0 },
  };
  readonly #desk: Desk;
  readonly #keys: PlatformKeyRing;
  readonly #post: Post;
  readonly #underWay = new Map<string, Promise<void>>();
  #stranger: PlatformSigner | undefined;

  constructor(desk: Desk, keys: PlatformKeyRing, post: Post) {
    this.#desk = desk;
    this.#keys = keys;
    this.#post = post;
  }

  /** One sending of a notification, with whatever is to go wrong around it. Joins one that is under way. */
  send(id: string): Promise<void> {
    const sending = this.#underWay.get(id) ?? this.#send(id).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, sending);
    return sending;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #send(id: string): Promise<void> {
    const callback = this.#desk.books.get('callback', id);
    if (callback?.state !== 'PENDING') return;
    if (callback.faults.includes('forge')) await this.#forge(id, callback);
    if (callback.faults.includes('probe')) await this.#probe(id, callback);
    const isTaken = callback.faults.includes('tamper')
      ? await this.#tamper(id, callback)
      : await this.#deliver(id, callback);
    const { books, clock } = this.#desk;
    books.write({ callback: new Map([[id, afterSending(callback, isTaken, clock.now())]]) });
  }

  async #deliver(id: string, callback: Callback): Promise<boolean> {
    const copies = callback.faults.includes('duplicate') ? 2 : 1;
    const sendings = Array.from({ length: copies }, () =>
      this.#carry(callback.url, this.#message(id, callback)),
    );
    const answers = await Promise.all(sendings);
    return answers.some(isTaken);
  }

  async #probe(id: string, callback: Callback): Promise<void> {
    const { headers, body } = this.#message(id, callback);
    const signature = `WECHATPAY/SIGNTEST/${headers['Wechatpay-Signature']}`;
    await this.#try('probe', callback.url, { ...headers, 'Wechatpay-Signature': signature }, body);
  }

  /** The true one, with a bit of it changed on the way; it counts as sent, and will come again. */
  async #tamper(id: string, callback: Callback): Promise<false> {
    const { headers, body } = this.#message(id, callback);
    const changed = Buffer.from(body);
    const middle = changed.length >> 1;
    changed[middle] = (changed[middle] ?? 0) ^ 1;
    await this.#try('tamper', callback.url, headers, changed);
    return false;
  }

  async #forge(id: string, callback: Callback): Promise<void> {
    this.#stranger ??= {
      id: 'PUB_KEY_ID_01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF',
      privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    };
    const { headers, body } = this.#message(id, callback, this.#stranger);
    await this.#try('forge', callback.url, headers, body);
    const inOurName = { ...headers, 'Wechatpay-Serial': this.#keys.current };
    await this.#try('forge', callback.url, inOurName, body);
  }

  async #try(
    kind: keyof Courier['trials'],
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ): Promise<void> {
    const status = await this.#carry(url, { headers, body });
    this.trials[kind].sent += 1;
    if (isTaken(status)) this.trials[kind].taken += 1;
  }

  #carry(
    url: string,
    { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer },
  ): Promise<number | undefined> {
    return this.#post(url, { ...headers, 'Content-Type': 'application/json' }, body);
  }

  /** Sealed and signed anew for every sending, with the key of that moment. */
  #message(id: string, callback: Callback, signer: PlatformSigner = this.#keys.signer()) {
    const apiV3Key = this.#desk.merchants.get(callback.mchid)?.apiV3Key ?? '';
    const kind = callback.eventType.startsWith('REFUND') ? 'refund' : 'transaction';
    const body = Buffer.from(
      JSON.stringify({
        id,
        create_time: rfc3339(callback.createdAt),
        resource_type: 'encrypt-resource',
        event_type: callback.eventType,
        summary: callback.summary,
        resource: sealResource(apiV3Key, kind, callback.resource),
      }),
    );
    return { headers: signatureHeaders(signer, body, this.#desk.clock.now()), body };
  }
}

function isTaken(status: number | undefined): boolean {
  return status === 200 || status === 204;
}
