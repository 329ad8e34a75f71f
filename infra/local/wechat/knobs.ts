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
  /** Persons whom WeChat holds for a risk: 40226. */
  blocked: z._default(z.array(z.string()), []),
});

export type WeChatFaults = z.output<typeof wechatFaultsSchema>;

type Counted = 'busy' | 'silent' | 'lostAnswers' | 'rateLimited';

/** Faults on demand. */
export class Knobs {
  #faults: WeChatFaults = wechatFaultsSchema.parse({});

  set(faults: WeChatFaults): void {
    this.#faults = faults;
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

  isBlocked(person: string): boolean {
    return this.#faults.blocked.includes(person);
  }
}
