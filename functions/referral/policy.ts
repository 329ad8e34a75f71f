import * as z from 'zod/mini';
import { policySection } from '../../shared/policy/city.ts';

/** A city's rules of referral as data: who reviews, how long each step may take, what stands in the way. */

const count = z.int().check(z.positive(), z.maximum(10_000));
const levelSchema = z.enum(['village', 'community', 'township', 'secondary']);

export const referralPolicy = policySection(
  'referral',
  z.strictObject({
    /**
     * Levels that review before an application leaves them. Which institutions these are, and how many, follows from
     * where the applicant stands in the tree, below the receiving one.
     */
    reviewLevels: z.array(levelSchema),
    /** How long each step may take. */
    hours: z.strictObject({
      gate: count,
      documents: count,
      accept: z.strictObject({ EMERGENCY: count, GREEN: count, URGENT: count, ORDINARY: count }),
      /** To find a number once accepted: a safeguard, it takes seconds. */
      number: count,
      confirm: count,
      /** An emergency is on its way for this long at most. */
      emergencyArrival: count,
      /** After the end of the clinic, or of the day the ward expects the patient. */
      arrivalGrace: z.int().check(z.nonnegative()),
      treatment: count,
      communityAccept: count,
      firstVisit: count,
    }),
    /** A payment begun before the hold ends may still succeed for this long. */
    paymentGraceMinutes: count,
    /** The reminder goes out when this share of a step's time has passed. */
    remindAtPercent: z.int().check(z.minimum(1), z.maximum(99)),
    /** 首诊: an application names the visit at which the applicant saw the patient. */
    firstVisitNeeded: z.boolean(),
    /** Reports and the like that an application needs; an emergency needs none. */
    leastAttachments: z.int().check(z.nonnegative(), z.maximum(10)),
    /** The ward expects a patient so many days ahead at most: an execution that waits lives a year. */
    mostDaysToAdmission: count.check(z.maximum(180)),
    /** The receiving centre may pass a referral on so often. */
    mostReroutes: z.int().check(z.nonnegative(), z.maximum(10)),
    /** Division codes with these first digits in common lie in one area. */
    areaDigits: z.int().check(z.minimum(2), z.maximum(6)),
    outOfArea: z.strictObject({
      titles: z.array(z.enum(['chief', 'associate-chief', 'attending', 'resident'])),
      levels: z.array(z.enum(['tertiary', 'secondary', 'community', 'township', 'village'])),
    }),
    standing: z.strictObject({
      mostVisits: count.check(z.maximum(24)),
      mostDays: count,
      /** The number is sought so many days before the return is due. */
      leadDays: count,
    }),
  }),
);

export type ReferralPolicy = z.output<typeof referralPolicy.schema>;
