import * as z from 'zod/mini';
import type { Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { FieldCipher } from '../privacy/field-cipher.ts';
import { createTokenStore, type Leased, type StoredToken } from './token-store.ts';
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

/**
 * Keeps one token in the table item `wechat#token`, sealed, and a copy in the container. Whoever finds it old takes a
 * lease and fetches the next; the others go on with the old one, or wait, so that WeChat is asked once.
 */
export function createStableToken(parts: StableTokenParts): StableToken {
  const { appId, clock, ids, sleep = pause, random = Math.random } = parts;
  const store = createTokenStore(parts);
  let cached: (StoredToken & { readonly useUntil: number }) | undefined;
  const flights = new Map<string | undefined, Promise<string>>();

  function keep(known: StoredToken, useUntil: number): string {
    cached = { ...known, useUntil };
    return known.token;
  }

  async function fetchToken(force: boolean): Promise<StoredToken> {
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

  /** Forces only when WeChat would go on handing out the refused one. */
  async function fetchOther({ forcedAt }: Leased, refused: string | undefined) {
    const stored = await fetchToken(false);
    if (stored.token !== refused) return { stored, forced: false };
    const pausing = forcedAt !== undefined && clock.now() - forcedAt < FORCED_PAUSE_MS;
    if (pausing) throw new WeChatUnavailableError(API);
    return { stored: await fetchToken(true), forced: true };
  }

  async function refresh(leased: Leased, holder: string, refused: string | undefined): Promise<StoredToken> {
    const { stored } = leased;
    if (stored !== undefined && isFresh(stored, refused)) {
      await store.release(holder);
      return stored;
    }
    try {
      const fetched = await fetchOther(leased, refused);
      await store.release(holder, fetched);
      return fetched.stored;
    } catch (error) {
      await store.release(holder);
      throw error;
    }
  }

  function isFresh({ token, validUntil }: StoredToken, refused: string | undefined): boolean {
    return token !== refused && clock.now() < validUntil - OVERLAP_MS;
  }

  async function obtain(refused: string | undefined): Promise<string> {
    const holder = ids.next();
    for (let waits = 0; waits <= WAITS; waits += 1) {
      const known = await store.read();
      if (known !== undefined && isFresh(known, refused)) return keep(known, known.validUntil - OVERLAP_MS);
      const leased = await store.takeLease(holder);
      if (leased !== undefined) {
        const fresh = await refresh(leased, holder, refused);
        return keep(fresh, fresh.validUntil - OVERLAP_MS);
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

/** Calls with the token and, where WeChat refuses the token itself, once more with another. A word: there was no answer. */
export async function withToken<A extends WeChatAnswer<unknown> | string>(
  stableToken: StableToken,
  call: (token: string) => Promise<A>,
): Promise<A> {
  const token = await stableToken.get();
  const answer = await call(token);
  if (typeof answer === 'string' || answer.ok || !TOKEN_REFUSED.has(answer.errcode)) return answer;
  return call(await stableToken.renew(token));
}
