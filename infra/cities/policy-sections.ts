import { bookingPolicy } from '../../functions/booking/policy.ts';
import { followupPolicy, questionnairePolicy } from '../../functions/followup/policy.ts';
import { identityPolicy } from '../../functions/identity/policy.ts';
import { notificationPolicy } from '../../functions/notification/policy.ts';
import { paymentPolicy } from '../../functions/payment/policy.ts';
import { referralPolicy } from '../../functions/referral/policy.ts';
import { criticalPolicy, recognitionPolicy, reportPolicy } from '../../functions/report/policy.ts';
import { signingPolicy } from '../../functions/signing/policy.ts';
import type { AnyPolicySection } from '../../shared/policy/city.ts';

/** Every section a city's policy may have, and must have: each declared by the context whose rules read it. */
export const policySections: readonly AnyPolicySection[] = [
  bookingPolicy,
  followupPolicy,
  questionnairePolicy,
  identityPolicy,
  notificationPolicy,
  paymentPolicy,
  referralPolicy,
  signingPolicy,
  reportPolicy,
  criticalPolicy,
  recognitionPolicy,
];
