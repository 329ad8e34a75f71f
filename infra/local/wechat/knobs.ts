import * as z from 'zod/mini';

const times = z._default(z.int().check(z.minimum(0), z.maximum(10_000)), 0);

export const wechatFaultsSchema = z.strictObject({
  /** The next so many calls answer -1 (busy). */
  busy: times,
  /** The next so many calls are never answered; the caller's own time limit ends them. */
  silent: times,
  /** The next so many calls are carried out, and then not answered. */
  lostAnswers: times,
  /** The next so many logins answer 45011. */
  rateLimited: times,
  /** The next so many subscribe messages answer 45009: the day's quota is used up. */
  quota: times,
  /** Of a hundred subscribe messages so many answer -1, evenly. */
  busyPercent: z._default(z.int().check(z.minimum(0), z.maximum(100)), 0),
  /** Persons whom WeChat holds for a risk: 40226. */
  blocked: z._default(z.array(z.string()), []),
});

export type WeChatFaults = z.output<typeof wechatFaultsSchema>;

type Counted = 'busy' | 'silent' | 'lostAnswers' | 'rateLimited' | 'quota';

/** Faults on demand. */
export class Knobs {
  #faults: WeChatFaults = wechatFaultsSchema.parse({});
  #calls = 0;

  /** Those that are left out are none. */
  set(faults: z.input<typeof wechatFaultsSchema>): void {
    this.#faults = wechatFaultsSchema.parse(faults);
  }

  get(): WeChatFaults {
    return this.#faults;
  }

  /** True when the fault is to happen now; counts it. */
  strikes(fault: Counted): boolean {
    const left = this.#faults[fault];
    if (left === 0) return false;
    this.#faults = { ...this.#faults, [fault]: left - 1 };
    return true;
  }

  /** True for its share of the calls, evenly over them. */
  strikesShare(): boolean {
    this.#calls += 1;
    const share = this.#faults.busyPercent / 100;
    return Math.floor(this.#calls * share) > Math.floor((this.#calls - 1) * share);
  }

  isBlocked(person: string): boolean {
    return this.#faults.blocked.includes(person);
  }
}
