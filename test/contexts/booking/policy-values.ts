import type { BookingPolicy } from '../../../functions/booking/policy.ts';

/** A plain policy for tests to alter: no limits, no penalties, a week's window, the community five days earlier. */
export const policyValues: BookingPolicy = {
  pools: {
    PUBLIC: { opens: { before: { unit: 'days', days: 7 }, at: '07:00' } },
    COMMUNITY: {
      opens: { before: { unit: 'days', days: 12 }, at: '07:00' },
      releasedToPublic: { daysBefore: 2, at: '18:00' },
    },
    REFERRAL: { opens: { before: { unit: 'days', days: 12 }, at: '07:00' } },
    ONSITE: { opens: { before: { unit: 'days', days: 0 }, at: '06:30' } },
  },
  channels: {
    MINI_PROGRAM: ['PUBLIC'],
    CALL_CENTRE: ['PUBLIC'],
    COMMUNITY: ['COMMUNITY', 'PUBLIC'],
    ONSITE: ['ONSITE', 'PUBLIC'],
  },
  cutoffs: {
    book: {
      general: { kind: 'minutes', before: 'slot', minutes: 30 },
      expert: { kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '20:00' },
    },
    cancel: {
      general: { kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '15:00' },
      expert: { kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '15:00' },
    },
  },
  limits: [],
  penalties: [],
  bannedChannels: ['MINI_PROGRAM', 'CALL_CENTRE'],
  holdMinutes: 15,
  waitlist: { offerMinutes: 30, maxPerSchedule: 20 },
  checkIn: { opensMinutesBefore: 60, lateMinutes: 30 },
  cancelledNumberReturnsTo: 'same-pool',
};
