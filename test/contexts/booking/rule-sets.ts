import type { BookingPolicy } from '../../../functions/booking/policy.ts';
import { policyValues } from './policy-values.ts';

/**
 * Five rule sets of Chinese cities as policy data: what is found in public sources is written here in the words
 * of functions/booking/policy.ts, the rest is as in `policyValues`. A new city needs such values and no code.
 */

type Pools = BookingPolicy['pools'];

/** All pools open together: these platforms know one kind of number. */
function opening(before: Pools['PUBLIC']['opens']['before'], at: Pools['PUBLIC']['opens']['at']): Pools {
  const rule = { opens: { before, at } };
  return { PUBLIC: rule, COMMUNITY: rule, REFERRAL: rule, ONSITE: policyValues.pools.ONSITE };
}

function both<T>(cutoff: T): { general: T; expert: T } {
  return { general: cutoff, expert: cutoff };
}

/** 北京市预约挂号统一平台: the next day to three months ahead; cancelled by 15:00 of the day before. */
const beijing: BookingPolicy = {
  ...policyValues,
  pools: opening({ unit: 'months', months: 3 }, '08:00'),
  cutoffs: {
    book: both({ kind: 'day', daysBefore: 0, dayKind: 'calendar', at: '00:00' }),
    cancel: both({ kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '15:00' }),
  },
  limits: [
    { id: 'same-day-department', same: ['department'], period: { kind: 'visit-day' }, max: 1 },
    { id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 2 },
    { id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max: 3 },
    { id: 'three-months', same: [], period: { kind: 'months', months: 3 }, max: 5 },
  ],
};

/** shhospital: seven days at 15:00; booked until 16:00 of the day before, cancelled until 16:00 of the working day before. */
const shhospital: BookingPolicy = {
  ...policyValues,
  pools: opening({ unit: 'days', days: 7 }, '15:00'),
  cutoffs: {
    book: both({ kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '16:00' }),
    cancel: both({ kind: 'day', daysBefore: 1, dayKind: 'working', at: '16:00' }),
  },
  penalties: [
    {
      id: 'no-shows-of-the-year',
      event: 'no-show',
      period: { kind: 'calendar-year' },
      steps: [
        { count: 1, ban: { kind: 'days', days: 30 } },
        { count: 2, ban: { kind: 'days', days: 60 } },
        { count: 3, ban: { kind: 'days', days: 90 } },
      ],
    },
  ],
};

/** jklj: 1 to 14 days at 06:30; nothing changes on the day itself; children below 14 at the window only. */
const jklj: BookingPolicy = {
  ...policyValues,
  pools: opening({ unit: 'days', days: 14 }, '06:30'),
  cutoffs: {
    book: both({ kind: 'day', daysBefore: 0, dayKind: 'calendar', at: '00:00' }),
    cancel: both({ kind: 'day', daysBefore: 0, dayKind: 'calendar', at: '00:00' }),
  },
  minimumAgeYears: 14,
  penalties: [
    {
      id: 'no-shows',
      event: 'no-show',
      period: { kind: 'months', months: 12 },
      steps: [{ count: 3, ban: { kind: 'months', months: 1 } }],
    },
    {
      id: 'cancellations',
      event: 'cancellation',
      period: { kind: 'calendar-month' },
      steps: [{ count: 3, ban: { kind: 'months', months: 1 } }],
    },
    {
      id: 'same-day-refunds',
      event: 'same-day-refund',
      period: { kind: 'calendar-month' },
      steps: [{ count: 3, ban: { kind: 'months', months: 1 } }],
    },
  ],
};

/** 平台例2: today to 28 days at 06:00; an expert half a day before, a general clinic half an hour before the slot. */
const platformTwo: BookingPolicy = {
  ...policyValues,
  pools: opening({ unit: 'days', days: 28 }, '06:00'),
  cutoffs: {
    book: {
      expert: { kind: 'minutes', before: 'half-day', minutes: 12 * 60 },
      general: { kind: 'minutes', before: 'slot', minutes: 30 },
    },
    cancel: {
      expert: { kind: 'minutes', before: 'half-day', minutes: 12 * 60 },
      general: { kind: 'minutes', before: 'slot', minutes: 30 },
    },
  },
  limits: [{ id: 'department-and-day', same: ['department'], period: { kind: 'visit-day' }, max: 1 }],
  penalties: [
    {
      id: 'no-shows-of-half-a-year',
      event: 'no-show',
      period: { kind: 'months', months: 6 },
      steps: [{ count: 3, ban: { kind: 'months', months: 6 } }],
    },
  ],
};

/** hgsyiyuan: seven days at 07:00; until 17:00 of the day before; one number a doctor and day. */
const hgsyiyuan: BookingPolicy = {
  ...policyValues,
  pools: opening({ unit: 'days', days: 7 }, '07:00'),
  cutoffs: {
    book: both({ kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '17:00' }),
    cancel: both({ kind: 'day', daysBefore: 1, dayKind: 'calendar', at: '17:00' }),
  },
  limits: [
    {
      id: 'doctor-and-day',
      same: ['department', 'practitioner'],
      period: { kind: 'visit-day' },
      max: 1,
    },
  ],
  penalties: [
    {
      id: 'no-shows-of-the-month',
      event: 'no-show',
      period: { kind: 'calendar-month' },
      // More than three.
      steps: [{ count: 4, ban: { kind: 'rest-of-month' } }],
    },
  ],
};

export const ruleSets = { beijing, shhospital, jklj, platformTwo, hgsyiyuan };
