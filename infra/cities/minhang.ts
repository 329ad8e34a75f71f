import type { City } from './city.ts';
import { minhangPolicy } from './policy/minhang.ts';

/** 上海市闵行区. Its contract demands a web application firewall, hence the REST API. */
export const minhang: City = {
  id: 'minhang',
  name: '上海市闵行区',
  divisionCode: '310112',
  region: 'cn-north-1',
  edge: { kind: 'rest-api', requestsPerAddress: 20_000 },
  throttle: { requestsPerSecond: 8_000, burst: 5_000 },
  architecture: 'x86_64',
  logRetentionDays: 365,
  pointInTimeRecovery: true,
  deletionProtection: true,
  warmThroughput: { writesPerSecond: 10_000, readsPerSecond: 20_000 },
  alarmEmails: [],
  policy: minhangPolicy,
};
