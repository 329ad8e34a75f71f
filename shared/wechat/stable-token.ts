import * as z from 'zod/mini';
import type { Item, Key, Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import { type FieldCipher, FieldSealError } from '../privacy/field-cipher.ts';
import { callWeChat, pause, type WeChatAnswer, type WeChatConnection } from './wechat-call.ts';
import { WeChatRefusedError, WeChatUnavailableError } from './wechat-errors.ts';

/** The access token for calls from server to WeChat, one for all functions of the city. */
export interface StableToken {
  /** @throws WeChatUnavailableError, WeChatRefusedError */
  get(): Promise<string>;
  /** Another token, after WeChat refused this one. */
  renew(refused: string): Promise<string>;
}

export interface StableTokenParts extends WeChatConnection {
  readonly appId: string;
  readonly secret: () => Promise<string>;
  readonly table: Table;
  /** Seals the token in the table: whoever holds it can write to every user. */
  readonly cipher: FieldCipher;
  readonly clock: Clock;
  readonly ids: Ids;
}

const API = '/cgi-bin/stable_token';
const LIFETIME_MS = 7_200_000;

/** WeChat hands out the next token in the last five minutes of the old one, and both are good meanwhile. */
const OVERLAP_MS = 300_000;
const LEASE_MS = 10_000;

/** In the overlap, while another container refreshes, the old token is used this long before looking again. */
const RECHECK_MS = 5_000;

/** Waiting for another container's refresh with no good token in hand: 40 pauses of 150 ms on average. */
const WAITS = 40;
const WAIT_MS = 100;

/** A forced refresh makes the old token void and WeChat allows 20 a day. */
const FORCED_PAUSE_MS = 60_000;

/** Error codes that mean: this access token is no longer good. */
const TOKEN_REFUSED = new Set([40001, 40014, 42001]);

const answerSchema = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.int().check(z.positive()),
});

interface Known {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly validUntil: number;
}

/**
 * Keeps one token in the table item `wechat#token`, sealed, and a copy in the container. Whoever finds it old takes a
 * lease and fetches the next; the others go on with the old one, or wait, so that WeChat is asked once.
 */
export function createStableToken(parts: StableTokenParts): StableToken {
  const { appId, table, cipher, clock, ids, sleep = pause, random = Math.random } = parts;
  const key: Key = { pk: 'wechat#token', sk: appId };
  const place = { item: `${key.pk}|${key.sk}`, field: 'token' };
  let cached: (Known & { readonly useUntil: number }) | undefined;
  const flights = new Map<string | undefined, Promise<string>>();

  function keep(known: Known, useUntil: number): string {
    cached = { ...known, useUntil };
    return known.token;
  }

  async function stored(item: Item | undefined): Promise<Known | undefined> {
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

  async function takeLease(holder: string): Promise<Item | undefined> {
    const now = clock.now();
    const outcome = await table.update(
      key,
      { set: { leaseUntil: now + LEASE_MS, leaseBy: holder } },
      { if: { $any: [{ leaseUntil: { exists: false } }, { leaseUntil: { le: now } }] } },
    );
    return outcome.ok ? outcome.item : undefined;
  }

  async function releaseLease(holder: string, known?: Known, forcedAt?: number): Promise<void> {
    const set =
      known === undefined
        ? {}
        : { sealed: await cipher.seal('wechat', place, known.token), validUntil: known.validUntil };
    await table.update(
      key,
      { set: { ...set, ...(forcedAt === undefined ? {} : { forcedAt }) }, remove: ['leaseUntil', 'leaseBy'] },
      { if: { leaseBy: holder } },
    );
  }

  async function fetchToken(force: boolean): Promise<Known> {
    const askedAt = clock.now();
    const answer = await callWeChat(parts, {
      api: API,
      body: {
        grant_type: 'client_credential',
        appid: appId,
        secret: await parts.secret(),
        force_refresh: force,
      },
      answer: answerSchema,
    });
    if (!answer.ok) throw new WeChatRefusedError(API, answer.errcode);
    const { access_token, expires_in } = answer.answer;
    return { token: access_token, validUntil: askedAt + Math.min(expires_in * 1000, LIFETIME_MS) };
  }

  /** With the lease in hand. */
  async function refresh(item: Item, holder: string, refused: string | undefined): Promise<Known> {
    const before = await stored(item);
    if (before !== undefined && isFresh(before, refused)) {
      await releaseLease(holder);
      return before;
    }
    try {
      let known = await fetchToken(false);
      let forcedAt: number | undefined;
      if (known.token === refused) {
        const last = item['forcedAt'];
        if (typeof last === 'number' && clock.now() - last < FORCED_PAUSE_MS)
          throw new WeChatUnavailableError(API);
        forcedAt = clock.now();
        known = await fetchToken(true);
      }
      await releaseLease(holder, known, forcedAt);
      return known;
    } catch (error) {
      await releaseLease(holder);
      throw error;
    }
  }

  function isFresh({ token, validUntil }: Known, refused: string | undefined): boolean {
    return token !== refused && clock.now() < validUntil - OVERLAP_MS;
  }

  async function obtain(refused: string | undefined): Promise<string> {
    const holder = ids.next();
    for (let waits = 0; waits <= WAITS; waits += 1) {
      const known = await stored(await table.get(key, { consistent: true }));
      if (known !== undefined && isFresh(known, refused)) return keep(known, known.validUntil - OVERLAP_MS);
      const leased = await takeLease(holder);
      if (leased !== undefined) {
        const next = await refresh(leased, holder, refused);
        return keep(next, next.validUntil - OVERLAP_MS);
      }
      // Another container is at it. In the overlap the old token is still good.
      if (known !== undefined && known.token !== refused && clock.now() + RECHECK_MS < known.validUntil) {
        return keep(known, clock.now() + RECHECK_MS);
      }
      await sleep(WAIT_MS * (1 + random()));
    }
    throw new WeChatUnavailableError(API);
  }

  /** Callers of one container that want the same share one attempt. */
  function obtainOnce(refused: string | undefined): Promise<string> {
    const flight = flights.get(refused) ?? obtain(refused).finally(() => flights.delete(refused));
    flights.set(refused, flight);
    return flight;
  }

  async function get(): Promise<string> {
    return cached !== undefined && clock.now() < cached.useUntil ? cached.token : obtainOnce(undefined);
  }

  return {
    get,
    async renew(refused) {
      return cached !== undefined && cached.token !== refused ? get() : obtainOnce(refused);
    },
  };
}

/** Calls with the token and, where WeChat refuses the token itself, once more with another. */
export async function withToken<T>(
  stableToken: StableToken,
  call: (token: string) => Promise<WeChatAnswer<T>>,
): Promise<WeChatAnswer<T>> {
  const token = await stableToken.get();
  const answer = await call(token);
  if (answer.ok || !TOKEN_REFUSED.has(answer.errcode)) return answer;
  return call(await stableToken.renew(token));
}
