import * as z from 'zod/mini';

const times = z._default(z.int().check(z.minimum(0), z.maximum(100_000)), 0);

/** Faults on demand. Each number is how often the fault still happens; all are zero to begin with. */
export const payFaultsSchema = z.strictObject({
  /** Calls answered 500 SYSTEM_ERROR, and not carried out. */
  busy: times,
  /** Calls answered 429 FREQUENCY_LIMITED, and not carried out. */
  limited: times,
  /** Calls never answered and not carried out. */
  silent: times,
  /** Calls carried out and never answered. */
  lostAnswers: times,
  /** Answers whose signature does not hold. */
  wrongSignatures: times,
  /** Answers that carry a signature probe in place of a signature. */
  answerProbes: times,
  /** Payments that stay with the payer at the password (USERPAYING) until somebody ends them. */
  userPaying: times,
  /** Refunds refused with NOT_ENOUGH: the merchant's account is empty. */
  notEnough: times,
  /** Refunds that end ABNORMAL: the payer's card takes nothing. */
  abnormalRefunds: times,
  /** Refunds that end CLOSED. */
  closedRefunds: times,
  /** Notifications sent twice at the same time. */
  duplicates: times,
  /** Notifications sent in the opposite order, a second apart. */
  reordered: times,
  /** Notifications first sent `delaySeconds` late. */
  delayed: times,
  delaySeconds: z._default(z.int().check(z.minimum(0), z.maximum(86_400)), 60),
  /** Notifications never sent. */
  lost: times,
  /** Notifications sent before the call that causes them is answered. */
  early: times,
  /** Notifications before which a signature probe comes. */
  probes: times,
  /** Notifications whose first sending has a bit changed after it was signed. */
  tampered: times,
  /** Notifications before which a stranger sends the same, signed with a key of their own. */
  forged: times,
});

export type PayFaults = z.output<typeof payFaultsSchema>;
type Counted = Exclude<keyof PayFaults, 'delaySeconds'>;

export class PayKnobs {
  #faults: PayFaults = payFaultsSchema.parse({});

  /** What is not named goes back to its beginning. */
  set(faults: Partial<PayFaults>): PayFaults {
    this.#faults = payFaultsSchema.parse(faults);
    return this.#faults;
  }

  get(): PayFaults {
    return this.#faults;
  }

  /** True when the fault is to happen now; counts it. */
  strikes(fault: Counted): boolean {
    const left = this.#faults[fault];
    if (left === 0) return false;
    this.#faults = { ...this.#faults, [fault]: left - 1 };
    return true;
  }
}
