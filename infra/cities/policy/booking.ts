import type * as z from 'zod/mini';
import type { bookingPolicy } from '../../../functions/booking/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

type BookingValues = z.output<typeof bookingPolicy.schema>;

export interface BookingEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: BookingValues;
}

/**
 * What a city has until it decides otherwise. The limits are those of Beijing's unified platform
 * (北京市预约挂号统一平台: same day ≤ 2, seven days ≤ 3, three months ≤ 5), the ladder of bans is that of a hospital in
 * Beijing (30, 60 and 90 days in a calendar year; `shhospital` in test/contexts/booking/rule-sets.ts), the five days'
 * head start of community doctors is Shanghai's of April 2024. The rest are our proposals.
 */
const usual: BookingValues = {
  pools: {
    PUBLIC: { opens: { before: { unit: 'days', days: 7 }, at: '07:00' } },
    COMMUNITY: {
      opens: { before: { unit: 'days', days: 12 }, at: '07:00' },
      releasedToPublic: { daysBefore: 2, at: '18:00' },
    },
    REFERRAL: {
      opens: { before: { unit: 'days', days: 12 }, at: '07:00' },
      releasedToPublic: { daysBefore: 1, at: '18:00' },
    },
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
  limits: [
    { id: 'same-day-department', same: ['department'], period: { kind: 'visit-day' }, max: 1 },
    { id: 'same-day', same: [], period: { kind: 'visit-day' }, max: 2 },
    { id: 'seven-days', same: [], period: { kind: 'days', days: 7 }, max: 3 },
    { id: 'three-months', same: [], period: { kind: 'months', months: 3 }, max: 5 },
  ],
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
  bannedChannels: ['MINI_PROGRAM', 'CALL_CENTRE'],
  holdMinutes: 15,
  waitlist: { offerMinutes: 30, maxPerSchedule: 20 },
  checkIn: { opensMinutesBefore: 60, lateMinutes: 30 },
  cancelledNumberReturnsTo: 'same-pool',
};

const USUAL_SOURCE =
  '北京市预约挂号统一平台公开规则（次数上限）；北京一家医院公开规则（爽约限制）；上海市2024年4月社区优先预约（提前5天）；其余为本平台建议值';

/** A county that lets people miss two visits before it closes online booking, and looks back over half a year. */
export const countyBooking: readonly BookingEntry[] = [
  {
    from: '2024-01-01',
    source: `${USUAL_SOURCE}；爽约：半年内满三次停三十日`,
    mark: 'D',
    values: {
      ...usual,
      penalties: [
        {
          id: 'no-shows-of-half-a-year',
          event: 'no-show',
          period: { kind: 'months', months: 6 },
          steps: [{ count: 3, ban: { kind: 'days', days: 30 } }],
        },
      ],
    },
  },
];

export const usualBooking: readonly BookingEntry[] = [
  { from: '2024-01-01', source: USUAL_SOURCE, mark: 'V', values: usual },
];
