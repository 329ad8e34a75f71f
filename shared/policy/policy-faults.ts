/** One faulty place of a city's file: a dotted path and what is wrong there. Never the value itself. */
export interface PolicyFault {
  /** For example `policy.booking.0.values.windowDays`. */
  readonly path: string;
  /** zod's issue code (`invalid_type`, `too_small`, `unrecognized_keys`…) or a few words. */
  readonly code: string;
}

/** The city's file cannot be used. All faults at once, so that an operator mends them in one go. */
export class InvalidPolicyError extends Error {
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[]) {
    super(`the city's policy is faulty: ${faults.map(({ path, code }) => `${path} (${code})`).join('; ')}`);
    this.name = 'InvalidPolicyError';
    this.faults = faults;
  }
}
