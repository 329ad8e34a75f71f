import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../shared/kernel/clock.ts';
import type { WeChatUser } from './mini-program.ts';
import type { WeChatUsers } from './users.ts';

export const CODE_VALID_MS = 5 * 60_000;

interface Code {
  readonly user: WeChatUser;
  readonly issuedAt: number;
  used: boolean;
}

export type Redeemed = { readonly user: WeChatUser } | { readonly fault: 'unknown' | 'expired' | 'used' };

/**
 * One kind of one-time codes (login, phone number). Fixed codes `<person>-<anything>` need not be issued: each is
 * good once, so that an example can be typed by hand.
 */
export class OneTimeCodes {
  readonly #codes = new Map<string, Code>();
  readonly #users: WeChatUsers;
  readonly #clock: Clock;

  constructor(users: WeChatUsers, clock: Clock) {
    this.#users = users;
    this.#clock = clock;
  }

  issue(user: WeChatUser): string {
    const code = `0${randomBytes(15).toString('hex')}`;
    this.#codes.set(code, { user, issuedAt: this.#clock.now(), used: false });
    return code;
  }

  /** Whose code it is, without using it up. */
  look(code: string): Redeemed {
    const known = this.#codes.get(code);
    if (known === undefined) {
      const user = this.#users.ofFixedCode(code);
      return user === undefined ? { fault: 'unknown' } : { user };
    }
    if (known.used) return { fault: 'used' };
    if (this.#clock.now() - known.issuedAt > CODE_VALID_MS) return { fault: 'expired' };
    return { user: known.user };
  }

  redeem(code: string): Redeemed {
    const looked = this.look(code);
    if ('user' in looked) {
      this.#codes.set(code, { user: looked.user, issuedAt: this.#clock.now(), used: true });
    }
    return looked;
  }
}
