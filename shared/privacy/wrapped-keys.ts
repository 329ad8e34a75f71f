import type { Item, Key, Table } from '../data/table.ts';
import { type Clock, instant } from '../kernel/clock.ts';
import type { Kms, WrapContext } from './kms.ts';

/** What a key ring is made from. The table keeps wrapped keys only; the master key never leaves KMS. */
export interface KeyRingParts {
  /** City id: every key is of one city. */
  readonly city: string;
  readonly table: Table;
  readonly kms: Kms;
  readonly clock: Clock;
}

/** How long a container keeps using the newest version it knows before it looks for a newer one. */
export const REFRESH_MS = 300_000;

/** A version that the table does not hold, or an address no key may have. */
export class KeyMissingError extends Error {
  readonly keyName: string;

  constructor(keyName: string) {
    super('there is no such key');
    this.name = 'KeyMissingError';
    this.keyName = keyName;
  }
}

/**
 * `keys#<scope>` / `<purpose>#<version>`: IAM confines a function to the scopes it needs by the leading key.
 * Versions are padded so that they sort.
 */
export function keyAddress(scope: string, purpose: string, version: number): Key {
  if (
    !/^[a-z][a-z0-9-]*$/.test(scope) ||
    !Number.isSafeInteger(version) ||
    version < 1 ||
    version > 999_999
  ) {
    throw new KeyMissingError(`${scope}/${purpose}`);
  }
  return { pk: `keys#${scope}`, sk: `${purpose}#${String(version).padStart(6, '0')}` };
}

export function versionOf(item: Key): number {
  return Number(item.sk.slice(item.sk.indexOf('#') + 1));
}

export function wrapContext(city: string, address: Key): WrapContext {
  return { city, pk: address.pk, sk: address.sk };
}

/** The newest stored version, read consistently: a starter must not generate what another has just stored. */
export async function newestStored(table: Table, scope: string, purpose: string): Promise<Item | undefined> {
  const { pk } = keyAddress(scope, purpose, 1);
  const page = await table.query({
    pk,
    sk: { beginsWith: `${purpose}#` },
    descending: true,
    limit: 1,
    consistent: true,
  });
  return page.items[0];
}

/** The item of a fresh key, wrapped for its own address: the text does not open at another one. */
export async function wrappedItem(
  { city, kms, clock }: KeyRingParts,
  address: Key,
  plain: Uint8Array,
): Promise<Item> {
  const wrapped = await kms.wrap(plain, wrapContext(city, address));
  return { ...address, wrapped, createdAt: instant(clock) };
}

export async function unwrapItem({ city, kms }: KeyRingParts, item: Item): Promise<Uint8Array> {
  const wrapped = item['wrapped'];
  if (typeof wrapped !== 'string') throw new KeyMissingError(`${item.pk}/${item.sk}`);
  return kms.unwrap(wrapped, wrapContext(city, { pk: item.pk, sk: item.sk }));
}
