/** How a price or a quota was seen when it was entered. */
export type Seen =
  /** On a page of AWS. */
  | 'AWS'
  /** On a page of others that quotes AWS. */
  | 'quoted'
  /** Nowhere that day: it is the figure people know. Look before you rely on it. */
  | 'not verified';

export interface Price {
  readonly what: string;
  /** US dollars for `per` of it. */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
  readonly seen: Seen;
}

/** List prices without free tiers, discounts and tax; pages were read as they were stored, not live. */
export const REGION = 'us-east-1';
export const ENTERED_ON = '2026-11-30';

const DYNAMODB = 'aws.amazon.com/dynamodb/pricing/on-demand';
const LAMBDA = 'aws.amazon.com/lambda/pricing';
const GATEWAY = 'aws.amazon.com/api-gateway/pricing';
const EVENTBRIDGE = 'aws.amazon.com/eventbridge/pricing';
const CLOUDWATCH = 'aws.amazon.com/cloudwatch/pricing';
const KMS = 'aws.amazon.com/kms/pricing';
const S3 = 'aws.amazon.com/s3/pricing';
const MILLION = 1_000_000;

export const PRICES = {
  writeUnits: {
    what: 'DynamoDB write units, on demand',
    usd: 0.625,
    per: MILLION,
    unit: 'units',
    source: DYNAMODB,
    seen: 'quoted',
  },
  readUnits: {
    what: 'DynamoDB read units, on demand',
    usd: 0.125,
    per: MILLION,
    unit: 'units',
    source: DYNAMODB,
    seen: 'quoted',
  },
  tableGbMonths: {
    what: 'DynamoDB storage',
    usd: 0.25,
    per: 1,
    unit: 'GB-month',
    source: DYNAMODB,
    seen: 'not verified',
  },
  backupGbMonths: {
    what: 'DynamoDB point-in-time recovery',
    usd: 0.2,
    per: 1,
    unit: 'GB-month',
    source: DYNAMODB,
    seen: 'not verified',
  },
  invocations: {
    what: 'Lambda requests',
    usd: 0.2,
    per: MILLION,
    unit: 'requests',
    source: LAMBDA,
    seen: 'AWS',
  },
  gbSeconds: {
    what: 'Lambda duration, x86',
    usd: 0.000_016_666_7,
    per: 1,
    unit: 'GB-second',
    source: LAMBDA,
    seen: 'AWS',
  },
  httpRequests: {
    what: 'HTTP API requests',
    usd: 1,
    per: MILLION,
    unit: 'requests',
    source: GATEWAY,
    seen: 'quoted',
  },
  outGb: {
    what: 'Data to the internet',
    usd: 0.09,
    per: 1,
    unit: 'GB',
    source: GATEWAY,
    seen: 'quoted',
  },
  transitions: {
    what: 'Step Functions transitions, standard',
    usd: 0.025,
    per: 1_000,
    unit: 'transitions',
    source: 'aws.amazon.com/step-functions/pricing',
    seen: 'AWS',
  },
  events: {
    what: 'EventBridge custom events',
    usd: 1,
    per: MILLION,
    unit: 'events',
    source: EVENTBRIDGE,
    seen: 'AWS',
  },
  piped: {
    what: 'EventBridge Pipes requests, after the filter',
    usd: 0.4,
    per: MILLION,
    unit: 'requests',
    source: EVENTBRIDGE,
    seen: 'quoted',
  },
  schedules: {
    what: 'EventBridge Scheduler invocations',
    usd: 1,
    per: MILLION,
    unit: 'invocations',
    source: EVENTBRIDGE,
    seen: 'not verified',
  },
  logGb: {
    what: 'CloudWatch Logs taken in',
    usd: 0.5,
    per: 1,
    unit: 'GB',
    source: CLOUDWATCH,
    seen: 'quoted',
  },
  logGbMonths: {
    what: 'CloudWatch Logs kept',
    usd: 0.03,
    per: 1,
    unit: 'GB-month',
    source: CLOUDWATCH,
    seen: 'not verified',
  },
  metrics: {
    what: 'CloudWatch metrics of our own',
    usd: 0.3,
    per: 1,
    unit: 'metric-month',
    source: CLOUDWATCH,
    seen: 'not verified',
  },
  alarms: {
    what: 'CloudWatch alarms',
    usd: 0.1,
    per: 1,
    unit: 'alarm-month',
    source: CLOUDWATCH,
    seen: 'not verified',
  },
  keys: { what: 'KMS keys', usd: 1, per: 1, unit: 'key-month', source: KMS, seen: 'AWS' },
  keyRequests: {
    what: 'KMS requests',
    usd: 0.03,
    per: 10_000,
    unit: 'requests',
    source: KMS,
    seen: 'quoted',
  },
  filePuts: { what: 'S3 PUT', usd: 0.005, per: 1_000, unit: 'requests', source: S3, seen: 'not verified' },
  fileGets: { what: 'S3 GET', usd: 0.000_4, per: 1_000, unit: 'requests', source: S3, seen: 'not verified' },
  fileGbMonths: { what: 'S3 storage', usd: 0.023, per: 1, unit: 'GB-month', source: S3, seen: 'quoted' },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;

/** What was found of the prices in China (Beijing and Ningxia), in yuan; the others were not. */
export const IN_CHINA: readonly {
  readonly what: string;
  readonly yuan: number;
  readonly unit: string;
  readonly beside: PriceName;
  readonly source: string;
}[] = [
  {
    what: 'DynamoDB write units, on demand (an older copy of the page, before AWS halved the price elsewhere)',
    yuan: 11.1538,
    unit: 'million units',
    beside: 'writeUnits',
    source: 'amazonaws.cn/en/dynamodb/pricing',
  },
  {
    what: 'CloudWatch metrics of our own',
    yuan: 2,
    unit: 'metric-month',
    beside: 'metrics',
    source: 'amazonaws.cn/cloudwatch/pricing',
  },
  {
    what: 'CloudWatch alarms',
    yuan: 0.622,
    unit: 'alarm-month',
    beside: 'alarms',
    source: 'amazonaws.cn/cloudwatch/pricing',
  },
];
