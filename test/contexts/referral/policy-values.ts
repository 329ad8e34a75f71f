import type { ReferralPolicy } from '../../../functions/referral/policy.ts';

/** A policy whose waits are over within days: histories come to rest sooner. */
export const referralPolicyValues: ReferralPolicy = {
  reviewLevels: ['community', 'township', 'secondary'],
  hours: {
    gate: 4,
    documents: 6,
    accept: { EMERGENCY: 1, GREEN: 1, URGENT: 2, ORDINARY: 8 },
    number: 6,
    confirm: 5,
    emergencyArrival: 6,
    arrivalGrace: 4,
    treatment: 30,
    communityAccept: 10,
    firstVisit: 40,
  },
  paymentGraceMinutes: 30,
  remindAtPercent: 75,
  firstVisitNeeded: false,
  leastAttachments: 0,
  mostDaysToAdmission: 30,
  mostReroutes: 2,
  areaDigits: 4,
  outOfArea: { titles: ['chief', 'associate-chief'], levels: ['tertiary', 'secondary'] },
  standing: { mostVisits: 12, mostDays: 366, leadDays: 1 },
};
