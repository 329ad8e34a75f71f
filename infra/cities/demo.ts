import type { City } from './city.ts';
import { demoPolicy } from './policy/demo.ts';

/** A city to throw away, outside China: invented people at 郏县's size. Never put a real person into it. */
export const demo: City = {
  id: 'demo',
  name: '郏县（演示）',
  divisionCode: '410425',
  region: 'ap-southeast-1',
  demo: true,
  edge: { kind: 'http-api' },
  throttle: { requestsPerSecond: 500, burst: 500 },
  architecture: 'arm64',
  logRetentionDays: 180,
  pointInTimeRecovery: true,
  deletionProtection: false,
  alarmEmails: [],
  policy: demoPolicy,
};
