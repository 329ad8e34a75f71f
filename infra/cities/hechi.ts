import type { City } from './city.ts';
import { hechiPolicy } from './policy/hechi.ts';

/** 广西壮族自治区河池市: one tertiary hospital leads the alliance of northwest Guangxi (桂西北医联体). */
export const hechi: City = {
  id: 'hechi',
  name: '河池市',
  divisionCode: '451200',
  region: 'cn-northwest-1',
  edge: { kind: 'http-api' },
  throttle: { requestsPerSecond: 2_000, burst: 2_000 },
  architecture: 'x86_64',
  logRetentionDays: 180,
  pointInTimeRecovery: true,
  deletionProtection: true,
  alarmEmails: [],
  policy: hechiPolicy,
};
