import type { RawPolicy } from '../../../shared/policy/city.ts';
import { usualBooking } from './booking.ts';
import { usualFollowup } from './followup.ts';
import { usualQuestionnaires } from './followup-questionnaires.ts';
import { usualIdentity } from './identity.ts';
import { usualNotification } from './notification.ts';
import { usualPayment } from './payment.ts';
import { usualReferral } from './referral.ts';
import { reportPolicies } from './report.ts';
import { usualSigning } from './signing.ts';

/** Section name → dated entries, each with its source. */
export const hechiPolicy: RawPolicy = {
  booking: usualBooking,
  followup: usualFollowup,
  'followup-questionnaires': usualQuestionnaires,
  identity: usualIdentity,
  notification: usualNotification,
  payment: usualPayment,
  referral: usualReferral,
  signing: usualSigning,
  ...reportPolicies,
};
