import * as z from 'zod/mini';

/** The only reader of `process.env`. AWS endpoints are taken by the SDK itself from `AWS_ENDPOINT_URL_*`. */
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
 * The credentials Lambda puts into the environment, and nothing else: the SDK's default provider chain
 * costs 130 KB of bundle to look in places that do not exist there.
 */
export async function awsCredentials(): Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}> {
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
