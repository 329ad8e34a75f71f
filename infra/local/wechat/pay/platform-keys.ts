import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { certificatePem } from './certificate.ts';
import type { PlatformSigner } from './sealing.ts';

const generate = promisify(generateKeyPair);

const storedKey = z.object({
  id: z.string(),
  kind: z.enum(['public-key', 'certificate']),
  privateKeyPem: z.string(),
  /** What the merchant gets: a public key or a certificate. */
  publicPem: z.string(),
});

export type StoredPlatformKey = z.output<typeof storedKey>;
export type KeyKind = StoredPlatformKey['kind'];

export const platformKeyState = z.object({ keys: z.array(storedKey), current: z.string() });
type State = z.output<typeof platformKeyState>;

/** What a merchant downloads from its desk. Both shapes are those that the client reads. */
export type PublishedKey =
  | { readonly publicKeyId: string; readonly pem: string }
  | { readonly certificatePem: string };

const CERTIFICATE_YEARS = 5;

/** WeChat's own keys. The current one signs notifications; an answer is signed with the one a caller asks for. */
export class PlatformKeyRing {
  #state: State;
  readonly #signers = new Map<string, PlatformSigner>();
  readonly #save: (state: State) => void;

  constructor(state: State, save: (state: State) => void) {
    this.#state = state;
    this.#save = save;
    for (const key of state.keys) this.#hold(key);
  }

  /** The key of that id, or else the current one. */
  signer(id?: string): PlatformSigner {
    const signer = this.#signers.get(id ?? '') ?? this.#signers.get(this.#state.current);
    if (signer === undefined) throw new Error('no current key');
    return signer;
  }

  /** The current one first. */
  published(): readonly PublishedKey[] {
    const { keys, current } = this.#state;
    const ordered = keys.toSorted((a, b) => Number(b.id === current) - Number(a.id === current));
    return ordered.map(({ id, kind, publicPem }) =>
      kind === 'public-key' ? { publicKeyId: id, pem: publicPem } : { certificatePem: publicPem },
    );
  }

  get current(): string {
    return this.#state.current;
  }

  /** A new key beside the others: not used yet, so that merchants can fetch it first. */
  async add(kind: KeyKind, nowMs: number): Promise<string> {
    const key = await newPlatformKey(kind, nowMs);
    this.#hold(key);
    this.#change({ ...this.#state, keys: [...this.#state.keys, key] });
    return key.id;
  }

  /** From now on notifications are signed with this one. False: there is none of that id. */
  use(id: string): boolean {
    if (!this.#signers.has(id)) return false;
    this.#change({ ...this.#state, current: id });
    return true;
  }

  /** An old key's end. False: it is unknown, or in use. */
  remove(id: string): boolean {
    if (id === this.#state.current || !this.#signers.delete(id)) return false;
    this.#change({ ...this.#state, keys: this.#state.keys.filter((key) => key.id !== id) });
    return true;
  }

  #hold(key: StoredPlatformKey): void {
    this.#signers.set(key.id, { id: key.id, privateKey: createPrivateKey(key.privateKeyPem) });
  }

  #change(state: State): void {
    this.#save(state);
    this.#state = state;
  }
}

export async function newPlatformKey(kind: KeyKind, nowMs: number): Promise<StoredPlatformKey> {
  const { publicKey, privateKey } = await newRsaKey();
  const privateKeyPem = pemOf(privateKey, 'pkcs8');
  if (kind === 'public-key') {
    const id = `PUB_KEY_ID_01${randomBytes(16).toString('hex').toUpperCase()}`;
    return { id, kind, privateKeyPem, publicPem: pemOf(publicKey, 'spki') };
  }
  const serial = newSerial();
  const from = new Date(nowMs - 60_000);
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + CERTIFICATE_YEARS);
  const commonName = 'stand-in for Tenpay.com Root CA';
  const publicPem = certificatePem({ serial, commonName, from, until, publicKey, privateKey });
  return { id: serial, kind, privateKeyPem, publicPem };
}

export async function newRsaKey(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return generate('rsa', { modulusLength: 2048 });
}

/** 20 bytes as certificates' serial numbers are written; the first is neither zero nor negative. */
export function newSerial(): string {
  return `5${randomBytes(20).toString('hex').slice(1)}`.toUpperCase();
}

export function pemOf(key: KeyObject, type: 'pkcs8' | 'spki'): string {
  const options = { type, format: 'pem' } as const;
  return String(type === 'spki' ? key.export({ ...options, type }) : key.export({ ...options, type }));
}
