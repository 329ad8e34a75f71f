import type { Item, Key, Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import { type FieldCipher, FieldSealError } from '../privacy/field-cipher.ts';

export interface StoredToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly validUntil: number;
}

/** What a holder of the lease finds: the item as it stood when the lease was taken. */
export interface Leased {
  readonly stored: StoredToken | undefined;
  /** Epoch milliseconds of the last forced refresh. */
  readonly forcedAt: number | undefined;
}

/** The item `wechat#token` / app id: the token of all containers, sealed, and the lease of the one that refreshes it. */
export interface TokenStore {
  read(): Promise<StoredToken | undefined>;
  /** Undefined: another holds the lease. A dead holder's lapses after ten seconds. */
  takeLease(holder: string): Promise<Leased | undefined>;
  /** Gives the lease back with the next token, or without one. Without the lease nothing is written. */
  release(holder: string, next?: { readonly stored: StoredToken; readonly forced: boolean }): Promise<void>;
}

const LEASE_MS = 10_000;

export function createTokenStore({
  appId,
  table,
  cipher,
  clock,
}: {
  readonly appId: string;
  readonly table: Table;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
}): TokenStore {
  const key: Key = { pk: 'wechat#token', sk: appId };
  const place = { item: `${key.pk}|${key.sk}`, field: 'token' };

  async function storedIn(item: Item | undefined): Promise<StoredToken | undefined> {
    const [sealed, validUntil] = [item?.['sealed'], item?.['validUntil']];
    if (typeof sealed !== 'string' || typeof validUntil !== 'number') return undefined;
    try {
      return { token: await cipher.open('wechat', place, sealed), validUntil };
    } catch (error) {
      // What nobody can open is fetched again.
      if (error instanceof FieldSealError) return undefined;
      throw error;
    }
  }

  return {
    async read() {
      return storedIn(await table.get(key, { consistent: true }));
    },

    async takeLease(holder) {
      const now = clock.now();
      const outcome = await table.update(
        key,
        { set: { leaseUntil: now + LEASE_MS, leaseBy: holder } },
        { if: { $any: [{ leaseUntil: { exists: false } }, { leaseUntil: { le: now } }] } },
      );
      if (!outcome.ok) return undefined;
      const forcedAt = outcome.item['forcedAt'];
      return {
        stored: await storedIn(outcome.item),
        forcedAt: typeof forcedAt === 'number' ? forcedAt : undefined,
      };
    },

    async release(holder, next) {
      const set = next && {
        sealed: await cipher.seal('wechat', place, next.stored.token),
        validUntil: next.stored.validUntil,
        ...(next.forced ? { forcedAt: clock.now() } : {}),
      };
      await table.update(
        key,
        { ...(set ? { set } : {}), remove: ['leaseUntil', 'leaseBy'] },
        { if: { leaseBy: holder } },
      );
    },
  };
}
