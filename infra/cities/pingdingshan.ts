import type { City } from './city.ts';
import { pingdingshanPolicy } from './policy/pingdingshan.ts';

/** 河南省平顶山市, with 郏县 (410425) as its county: institutions of the county carry its own code. */
export const pingdingshan: City = {
  id: 'pingdingshan',
  name: '平顶山市',
  divisionCode: '410400',
  region: 'cn-northwest-1',
  edge: { kind: 'http-api' },
  throttle: { requestsPerSecond: 5_000, burst: 5_000 },
  architecture: 'x86_64',
  logRetentionDays: 180,
  pointInTimeRecovery: true,
  deletionProtection: true,
  alarmEmails: [],
  policy: pingdingshanPolicy,
};
