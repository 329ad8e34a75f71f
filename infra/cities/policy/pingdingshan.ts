import type { RawPolicy } from '../../../shared/policy/city.ts';
import { countyBooking } from './booking.ts';
import { usualFollowup } from './followup.ts';
import { usualQuestionnaires } from './followup-questionnaires.ts';
import { usualIdentity } from './identity.ts';
import { usualNotification } from './notification.ts';
import { countyPayment } from './payment.ts';
import { countyReferral } from './referral.ts';
import { reportPolicies } from './report.ts';
import { usualSigning } from './signing.ts';

/** Section name → dated entries, each with its source. */
export const pingdingshanPolicy: RawPolicy = {
  booking: countyBooking,
  followup: usualFollowup,
  'followup-questionnaires': usualQuestionnaires,
  identity: usualIdentity,
  notification: usualNotification,
  payment: countyPayment,
  referral: countyReferral,
  signing: usualSigning,
  ...reportPolicies,
};
