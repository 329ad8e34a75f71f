import * as z from 'zod/mini';
import type { AwsConnection } from './aws/aws-client.ts';
import type { AwsCredentials } from './aws/sign.ts';

/** The only reader of `process.env`. */
const schema = z.object({
  /** City id, e.g. `pingdingshan`. */
  CITY: z.string().check(z.minLength(1)),
  /** JSON file with the city's settings and dated policy. */
  CITY_FILE: z.string().check(z.minLength(1)),
  TABLE_NAME: z.string().check(z.minLength(1)),
  /** The city's CMK: id, ARN or alias. */
  KEY_ID: z.string().check(z.minLength(1)),
  /** Event bus that the stream's pipe feeds. */
  BUS_NAME: z.optional(z.string()),
  /** What stands before the name of each of the city's state machines in its ARN; given to workers that use them. */
  STATE_MACHINE_ARN_PREFIX: z.optional(z.string()),
  /** Where the city's files are: `https://<bucket>.s3.<region>.<suffix>`; given to functions that use them. */
  BUCKET_URL: z.optional(z.string().check(z.regex(/^https?:\/\/[^/]+(\/[^/]+)?$/))),
  LOG_LEVEL: z._default(z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']), 'INFO'),
  /** Overrides the address of WeChat's servers. */
  WECHAT_ENDPOINT: z._default(z.string().check(z.regex(/^https?:\/\//)), 'https://api.weixin.qq.com'),
  /** Overrides the address of WeChat Pay. */
  WECHAT_PAY_ENDPOINT: z._default(z.string().check(z.regex(/^https?:\/\//)), 'https://api.mch.weixin.qq.com'),
});

export type Env = z.output<typeof schema>;

/** Names every variable that is missing or wrong, never what it holds. */
export class InvalidEnvironment extends Error {
  override readonly name = 'InvalidEnvironment';
  readonly variables: readonly string[];

  constructor(variables: readonly string[]) {
    super(`missing or wrong in the environment: ${variables.join(', ')}`);
    this.variables = variables;
  }
}

/** @throws InvalidEnvironment */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const { data, error } = schema.safeParse(source);
  if (data !== undefined) return data;
  throw new InvalidEnvironment([...new Set(error.issues.map(({ path }) => String(path[0])))]);
}

/**
 * Where a service is and as whom it is called: the standard variables that Lambda sets, or that the laptop sets to its
 * stand-ins. Read at each call, since credentials change. @throws InvalidEnvironment
 */
export function awsConnection(
  service: 'DYNAMODB' | 'DYNAMODB_STREAMS' | 'KMS' | 'S3' | 'SFN',
  region = process.env['AWS_REGION'],
): AwsConnection {
  if (region === undefined) throw new InvalidEnvironment(['AWS_REGION']);
  const endpoint = process.env[`AWS_ENDPOINT_URL_${service}`] || process.env['AWS_ENDPOINT_URL'] || undefined;
  return { region, endpoint, credentials: awsCredentials };
}

async function awsCredentials(): Promise<AwsCredentials> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    throw new InvalidEnvironment(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}
