import { bookingMutants } from './booking.ts';
import { followupMutants } from './followup.ts';
import type { Mutant } from './mutant.ts';
import { notificationMutants } from './notification.ts';
import { paymentMutants } from './payment.ts';
import { referralMutants } from './referral.ts';
import { signingMutants } from './signing.ts';

export const mutants: readonly Mutant[] = [
  ...bookingMutants,
  ...paymentMutants,
  ...signingMutants,
  ...referralMutants,
  ...notificationMutants,
  ...followupMutants,
];
