import type { Units } from '../support/meter.ts';
import { booking } from './rows/booking.ts';
import { directory } from './rows/directory.ts';
import { followup } from './rows/followup.ts';
import { identity } from './rows/identity.ts';
import { notification } from './rows/notification.ts';
import { payment } from './rows/payment.ts';
import { referral } from './rows/referral.ts';
import { report } from './rows/report.ts';
import { signing } from './rows/signing.ts';

/**
 * What one request of each route costs at the table, all of it: the relation, the use case, the audit. Session, keys
 * and secrets are known to the container. The dearest that succeeded on the walk of its context is what stands here:
 * a change that makes one dearer has to say so. The table of a walk is small, so that a list costs what a short one does.
 */
export const ROWS: Readonly<Record<string, Readonly<Record<string, Units>>>> = {
  identity,
  directory,
  booking,
  payment,
  referral,
  signing,
  followup,
  report,
  notification,
};
