import { randomBytes } from 'node:crypto';
import type { Item } from '../data/table.ts';
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

/** What a key is for: AES-256-GCM of fields and page cursors, HMAC of look-ups. Never one key for two. */
export type KeyPurpose = 'field' | 'blind';

export interface DataKey {
  readonly version: number;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/**
 * A city's data keys by scope (the context that owns the data) and purpose, in versions: the newest encrypts, any
 * decrypts. A first key is generated when it is first asked for. Unwrapped keys stay in the container's memory.
 */
export interface KeyRing {
  readonly city: string;
  newest(scope: string, purpose: KeyPurpose): Promise<DataKey>;
  /** @throws KeyMissingError */
  version(scope: string, purpose: KeyPurpose, version: number): Promise<DataKey>;
  /** Newest first: a blind index has to be looked up under each. */
  all(scope: string, purpose: KeyPurpose): Promise<readonly DataKey[]>;
  /** Adds a version and answers its number. Other containers follow within five minutes. */
  rotate(scope: string, purpose: KeyPurpose): Promise<number>;
}

export function createKeyRing(parts: KeyRingParts): KeyRing {
  const { city, table, clock } = parts;
  const unwrapped = new Map<string, Promise<DataKey>>();
  const newestKnown = new Map<string, { readonly key: Promise<DataKey>; readonly at: number }>();

  function open(item: Item): Promise<DataKey> {
    const name = `${item.pk}/${item.sk}`;
    const known = unwrapped.get(name);
    if (known !== undefined) return known;
    const opening = unwrapItem(parts, item).then((bytes) => ({ version: versionOf(item), bytes }));
    unwrapped.set(name, opening);
    opening.catch(() => unwrapped.delete(name));
    return opening;
  }

  /** Stores a fresh key unless another starter was faster; either way answers what the table now holds. */
  async function generate(scope: string, purpose: KeyPurpose, version: number): Promise<Item> {
    const item = await wrappedItem(parts, keyAddress(scope, purpose, version), randomBytes(32));
    const outcome = await table.put(item, { if: { $exists: false } });
    if (outcome.ok) return outcome.item;
    if (outcome.current === undefined) throw new KeyMissingError(`${scope}/${purpose}`);
    return outcome.current;
  }

  async function findNewest(scope: string, purpose: KeyPurpose): Promise<DataKey> {
    return open((await newestStored(table, scope, purpose)) ?? (await generate(scope, purpose, 1)));
  }

  function newest(scope: string, purpose: KeyPurpose): Promise<DataKey> {
    const name = `${scope}/${purpose}`;
    const known = newestKnown.get(name);
    if (known !== undefined && clock.now() - known.at < REFRESH_MS) return known.key;
    const key = findNewest(scope, purpose);
    newestKnown.set(name, { key, at: clock.now() });
    key.catch(() => newestKnown.delete(name));
    return key;
  }

  async function version(scope: string, purpose: KeyPurpose, number: number): Promise<DataKey> {
    const address = keyAddress(scope, purpose, number);
    const known = unwrapped.get(`${address.pk}/${address.sk}`);
    if (known !== undefined) return known;
    const item = await table.get(address, { consistent: true });
    if (item === undefined) throw new KeyMissingError(`${scope}/${purpose}#${number}`);
    return open(item);
  }

  return {
    city,
    newest,
    version,
    async all(scope, purpose) {
      const { version: last } = await newest(scope, purpose);
      const versions = Array.from({ length: last }, (_, i) => last - i);
      return Promise.all(versions.map((number) => version(scope, purpose, number)));
    },
    async rotate(scope, purpose) {
      const stored = await newestStored(table, scope, purpose);
      const item = await generate(scope, purpose, stored === undefined ? 1 : versionOf(stored) + 1);
      newestKnown.delete(`${scope}/${purpose}`);
      return versionOf(item);
    },
  };
}
