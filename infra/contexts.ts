import { booking } from '../functions/booking/context.ts';
import { directory } from '../functions/directory/context.ts';
import { followup } from '../functions/followup/context.ts';
import { identity } from '../functions/identity/context.ts';
import { notification } from '../functions/notification/context.ts';
import { payment } from '../functions/payment/context.ts';
import { referral } from '../functions/referral/context.ts';
import { report } from '../functions/report/context.ts';
import { signing } from '../functions/signing/context.ts';
import type { Context } from '../shared/context.ts';
import { withoutFaults } from './context-faults.ts';

/** The one list of contexts: CDK, the build, the laptop, OpenAPI and the tests read it here. */
export const contexts: readonly Context[] = withoutFaults([
  identity,
  directory,
  booking,
  payment,
  referral,
  signing,
  followup,
  report,
  notification,
]);
