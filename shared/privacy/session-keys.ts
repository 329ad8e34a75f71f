import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Item, Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  KeyMissingError,
  type KeyRingParts,
  keyAddress,
  newestStored,
  REFRESH_MS,
  unwrapItem,
  versionOf,
  wrappedItem,
} from './wrapped-keys.ts';

/**
 * ES256 key pairs of login sessions. The private key is wrapped in `keys#session`, the public one stands in clear in
 * `keys#session-public`: a function that only checks sessions has no grant on the first, nor on KMS.
 */
const PRIVATE_SCOPE = 'session';
const PUBLIC_SCOPE = 'session-public';
const PURPOSE = 'es256';

/** An unknown key id makes a verifier read again, at most this often, whatever ids a caller makes up. */
const UNKNOWN_KID_PAUSE_MS = 1_000;

export interface SessionSigner {
  /** The newest pair's private half and its `kid`, for jose's `SignJWT`. */
  signingKey(): Promise<{ readonly kid: string; readonly privateKey: KeyObject }>;
  /** Adds a pair and answers its `kid`. Tokens of older pairs stay valid until their public item is deleted. */
  rotate(): Promise<string>;
}

export interface SessionVerifier {
  /** Undefined: no such key, so the token is not ours. */
  verificationKey(kid: string): Promise<KeyObject | undefined>;
}

export function createSessionSigner(parts: KeyRingParts): SessionSigner {
  const { table, clock } = parts;
  let known: { readonly key: ReturnType<SessionSigner['signingKey']>; readonly at: number } | undefined;

  /** Both halves in one transaction: no token is ever signed by a key that cannot be checked. */
  async function generate(version: number): Promise<Item> {
    const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    const address = keyAddress(PRIVATE_SCOPE, PURPOSE, version);
    const secret = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
    const item = await wrappedItem(parts, address, secret);
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const publicItem = { ...keyAddress(PUBLIC_SCOPE, PURPOSE, version), spki };
    const outcome = await table.transact([
      { put: item, if: { $exists: false } },
      { put: publicItem, if: { $exists: false } },
    ]);
    if (outcome.ok) return item;
    const winner = await table.get(address, { consistent: true });
    if (winner === undefined) throw new KeyMissingError(`${PRIVATE_SCOPE}/${version}`);
    return winner;
  }

  async function findNewest(): ReturnType<SessionSigner['signingKey']> {
    const item = (await newestStored(table, PRIVATE_SCOPE, PURPOSE)) ?? (await generate(1));
    const der = Buffer.from(await unwrapItem(parts, item));
    return { kid: kidOf(item), privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }

  return {
    signingKey() {
      if (known !== undefined && clock.now() - known.at < REFRESH_MS) return known.key;
      const key = findNewest();
      known = { key, at: clock.now() };
      key.catch(() => {
        known = undefined;
      });
      return key;
    },
    async rotate() {
      const stored = await newestStored(table, PRIVATE_SCOPE, PURPOSE);
      const item = await generate(stored === undefined ? 1 : versionOf(stored) + 1);
      known = undefined;
      return kidOf(item);
    },
  };
}

/** Holds every public key of the table; needs no KMS. */
export function createSessionVerifier({ table, clock }: { table: Table; clock: Clock }): SessionVerifier {
  let loaded: { readonly keys: Promise<ReadonlyMap<string, KeyObject>>; readonly at: number } | undefined;

  async function load(): Promise<ReadonlyMap<string, KeyObject>> {
    const { pk } = keyAddress(PUBLIC_SCOPE, PURPOSE, 1);
    const { items } = await table.query({ pk, descending: true, consistent: true });
    return new Map(items.map((item) => [kidOf(item), publicKeyOf(item)]));
  }

  function keysNotOlderThan(ageMs: number): Promise<ReadonlyMap<string, KeyObject>> {
    if (loaded !== undefined && clock.now() - loaded.at < ageMs) return loaded.keys;
    const keys = load();
    loaded = { keys, at: clock.now() };
    keys.catch(() => {
      loaded = undefined;
    });
    return keys;
  }

  return {
    async verificationKey(kid) {
      const keys = await keysNotOlderThan(REFRESH_MS);
      return keys.get(kid) ?? (await keysNotOlderThan(UNKNOWN_KID_PAUSE_MS)).get(kid);
    },
  };
}

function kidOf(item: Item): string {
  return `s${versionOf(item)}`;
}

function publicKeyOf(item: Item): KeyObject {
  const spki = item['spki'];
  if (typeof spki !== 'string') throw new KeyMissingError(`${item.pk}/${item.sk}`);
  return createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
}
