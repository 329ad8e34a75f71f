import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { dayOf } from '../../../shared/kernel/china-time.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import type { StateFile } from '../state-file.ts';
import { type WeChatAnswer, wechatError } from './answer.ts';
import { credentialFault, type MiniProgram } from './mini-program.ts';

const issued = z.object({ token: z.string(), issuedAt: z.number(), endsAt: z.number() });

export const tokenState = z.object({
  current: z.optional(issued),
  /** Still taken for five minutes after its successor came. */
  former: z.optional(issued),
  forced: z._default(z.object({ day: z.string(), times: z.int(), lastAt: z.number() }), {
    day: '',
    times: 0,
    lastAt: 0,
  }),
});

const LIFE_MS = 7200_000;
const OVERLAP_MS = 5 * 60_000;
const FORCED_A_DAY = 20;
const FORCED_APART_MS = 30_000;

const requestSchema = z.object({
  grant_type: z.optional(z.string()),
  appid: z.optional(z.string()),
  secret: z.optional(z.string()),
  force_refresh: z.optional(z.boolean()),
});

export interface AccessTokensParts {
  readonly program: MiniProgram;
  readonly clock: Clock;
  readonly state: StateFile<z.output<typeof tokenState>>;
}

/** `POST /cgi-bin/stable_token`: one token until five minutes before its end, when the next begins to overlap it. */
export class AccessTokens {
  readonly #parts: AccessTokensParts;
  #state: z.output<typeof tokenState>;

  constructor(parts: AccessTokensParts) {
    this.#parts = parts;
    this.#state = parts.state.read();
  }

  request(body: unknown): WeChatAnswer {
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) return wechatError(47001);
    const { grant_type, appid, secret, force_refresh: forced = false } = parsed.data;
    if (grant_type !== 'client_credential') return wechatError(40002);
    const fault = credentialFault(this.#parts.program, { appId: appid, appSecret: secret });
    if (fault !== undefined) return fault;
    return forced ? this.#force() : this.#stable();
  }

  /** What is wrong with a token that a call brings along. */
  fault(token: string | null): WeChatAnswer | undefined {
    if (!token) return wechatError(41001);
    const { current, former } = this.#state;
    const known = [current, former].find((one) => one?.token === token);
    if (known === undefined) return wechatError(40001);
    return this.#parts.clock.now() >= known.endsAt ? wechatError(42001) : undefined;
  }

  #stable(): WeChatAnswer {
    const now = this.#parts.clock.now();
    const { current } = this.#state;
    if (current === undefined || now >= current.endsAt - OVERLAP_MS) this.#issue(current);
    return this.#answer();
  }

  /** Makes the former token void at once. Too soon after the last time, nothing is renewed. */
  #force(): WeChatAnswer {
    const now = this.#parts.clock.now();
    const { forced, current } = this.#state;
    if (current !== undefined && now - forced.lastAt < FORCED_APART_MS) return this.#answer();
    const day = dayOf(now);
    const times = forced.day === day ? forced.times + 1 : 1;
    if (times > FORCED_A_DAY) return wechatError(45009);
    this.#issue(undefined, { day, times, lastAt: now });
    return this.#answer();
  }

  #issue(former: z.output<typeof issued> | undefined, forced = this.#state.forced): void {
    const now = this.#parts.clock.now();
    const token = `87_${randomBytes(90).toString('base64url')}`;
    this.#state = {
      current: { token, issuedAt: now, endsAt: now + LIFE_MS },
      ...(former === undefined ? {} : { former }),
      forced,
    };
    this.#parts.state.write(this.#state);
  }

  #answer(): WeChatAnswer {
    const { current } = this.#state;
    const leftMs = (current?.endsAt ?? 0) - this.#parts.clock.now();
    return { access_token: current?.token, expires_in: Math.floor(leftMs / 1000) };
  }
}
