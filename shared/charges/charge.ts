import * as z from 'zod/mini';

/** What a fee is for, as bills and statistics group it. */
export const CHARGE_CATEGORIES = [
  'REGISTRATION',
  'EXAMINATION',
  'MEDICATION',
  'SERVICE_PACKAGE',
  'OTHER',
] as const;

/**
 * What something costs, carried by the item it is for (an appointment, an order of drugs). Amount, payee and id never
 * change: a different price is a different charge. `status` follows the charge's lock, see charge-lock.ts.
 */
export interface Charge {
  /** Unique among the charges of its context. */
  readonly chargeId: string;
  readonly category: (typeof CHARGE_CATEGORIES)[number];
  readonly amountFen: number;
  /** The institution whose money it is. */
  readonly payeeId: string;
  readonly status: 'OPEN' | 'PAID' | 'VOID' | 'REFUND_DUE' | 'REFUNDED';
  /** Instant until which it can be paid; left out: no hurry. */
  readonly payBy?: string;
}

/** Reads a charge off an item of any context, as the index of open charges shows it. */
export const chargeSchema: z.ZodMiniType<Charge> = z.object({
  chargeId: z.string().check(z.minLength(1), z.maxLength(128)),
  category: z.enum(CHARGE_CATEGORIES),
  amountFen: z.int().check(z.positive()),
  payeeId: z.string().check(z.minLength(1)),
  status: z.enum(['OPEN', 'PAID', 'VOID', 'REFUND_DUE', 'REFUNDED']),
  payBy: z.exactOptional(z.iso.datetime()),
});
