import { bookingAnnouncements } from './announce-booking.ts';
import { followUpAnnouncements } from './announce-follow-up.ts';
import { paymentAnnouncements } from './announce-payment.ts';
import { referralAnnouncements } from './announce-referral.ts';
import { reportAnnouncements } from './announce-report.ts';
import { signingAnnouncements } from './announce-signing.ts';
import type { Announcement } from './draft.ts';

/** Events in, messages out: everything that anybody is told. */
export const announcements: readonly Announcement[] = [
  ...bookingAnnouncements,
  ...paymentAnnouncements,
  ...referralAnnouncements,
  ...signingAnnouncements,
  ...followUpAnnouncements,
  ...reportAnnouncements,
];
