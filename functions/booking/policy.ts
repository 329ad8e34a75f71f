import * as z from 'zod/mini';
import { hourMinuteSchema } from '../../shared/kernel/schemas.ts';
import { policySection } from '../../shared/policy/city.ts';

/**
 * A city's booking habits as data. Each of five cities' real rule sets is written in these words
 * (test/contexts/booking/rule-sets.ts); a new city needs new values, never new code.
 */

const count = z.int().check(z.positive());
const countOrZero = z.int().check(z.nonnegative());

/** A moment before the visit: at a time of an earlier day, or some minutes before the slot or half-day starts. */
const cutoffSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('day'),
    daysBefore: countOrZero,
    dayKind: z.enum(['calendar', 'working']),
    at: hourMinuteSchema,
  }),
  z.strictObject({ kind: z.literal('minutes'), before: z.enum(['slot', 'half-day']), minutes: countOrZero }),
]);

/** How far around the visit day, or back from the present, a rule counts: a year at most. */
const periodSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('visit-day') }),
  z.strictObject({ kind: z.literal('days'), days: count.check(z.maximum(366)) }),
  z.strictObject({ kind: z.literal('months'), months: count.check(z.maximum(12)) }),
  z.strictObject({ kind: z.literal('calendar-month') }),
  z.strictObject({ kind: z.literal('calendar-year') }),
]);

const limitSchema = z.strictObject({
  /** Names the rule in refusals, e.g. `same-day`. */
  id: z.string(),
  /** What must be equal for another appointment to count; empty: every appointment of the patient. */
  same: z.array(z.enum(['institution', 'department', 'practitioner', 'half-day'])),
  period: periodSchema,
  max: count,
});

const banSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('days'), days: count }),
  z.strictObject({ kind: z.literal('months'), months: count }),
  z.strictObject({ kind: z.literal('rest-of-month') }),
]);

const penaltySchema = z.strictObject({
  id: z.string(),
  event: z.enum(['no-show', 'cancellation', 'same-day-refund']),
  period: periodSchema,
  /** The ban that follows the n-th event in the period; beyond the last step the last one repeats. */
  steps: z.array(z.strictObject({ count, ban: banSchema })).check(z.minLength(1)),
});

const poolSchema = z.enum(['PUBLIC', 'COMMUNITY', 'REFERRAL', 'ONSITE']);

/** When a pool opens, counted back from the visit day, and when what is left of it joins the public pool. */
const poolRuleSchema = z.strictObject({
  opens: z.strictObject({
    before: z.discriminatedUnion('unit', [
      z.strictObject({ unit: z.literal('days'), days: countOrZero }),
      z.strictObject({ unit: z.literal('months'), months: count }),
    ]),
    at: hourMinuteSchema,
  }),
  /** Left out: never moved. */
  releasedToPublic: z.optional(z.strictObject({ daysBefore: countOrZero, at: hourMinuteSchema })),
});

export const bookingPolicy = policySection(
  'booking',
  z.strictObject({
    pools: z.strictObject({
      PUBLIC: poolRuleSchema,
      COMMUNITY: poolRuleSchema,
      REFERRAL: poolRuleSchema,
      ONSITE: poolRuleSchema,
    }),
    /** Which pools a channel takes numbers from, in this order. */
    channels: z.strictObject({
      MINI_PROGRAM: z.array(poolSchema),
      COMMUNITY: z.array(poolSchema),
      ONSITE: z.array(poolSchema),
      CALL_CENTRE: z.array(poolSchema),
    }),
    /** Until when one may book and cancel, by kind of visit. */
    cutoffs: z.strictObject({
      book: z.strictObject({ general: cutoffSchema, expert: cutoffSchema }),
      cancel: z.strictObject({ general: cutoffSchema, expert: cutoffSchema }),
    }),
    limits: z.array(limitSchema),
    penalties: z.array(penaltySchema),
    /** Channels that a ban closes. Rule I6: never the window on site, so no policy can name it. */
    bannedChannels: z.array(z.enum(['MINI_PROGRAM', 'COMMUNITY', 'CALL_CENTRE'])),
    /** Youngest age in full years for which a number is given out otherwise than on site, if there is one. */
    minimumAgeYears: z.optional(count),
    /** How long an unpaid or unconfirmed number is kept. */
    holdMinutes: count,
    waitlist: z.strictObject({
      /** How long a freed number waits for the one it is offered to. */
      offerMinutes: count,
      maxPerSchedule: count,
    }),
    checkIn: z.strictObject({
      opensMinutesBefore: count,
      /** After this many minutes past the slot's start the patient counts as absent. */
      lateMinutes: countOrZero,
    }),
    /** Where a cancelled number goes: to the pool it came from (if that is still open) or to the public one. */
    cancelledNumberReturnsTo: z.enum(['same-pool', 'PUBLIC']),
  }),
);

export type BookingPolicy = z.output<typeof bookingPolicy.schema>;
export type Cutoff = z.output<typeof cutoffSchema>;
export type Period = z.output<typeof periodSchema>;
export type LimitRule = z.output<typeof limitSchema>;
export type PenaltyRule = z.output<typeof penaltySchema>;
export type Pool = z.output<typeof poolSchema>;
export type Channel = keyof BookingPolicy['channels'];
