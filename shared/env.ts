import * as z from 'zod/mini';

/** The only reader of `process.env`. AWS endpoints are taken by the SDK itself from `AWS_ENDPOINT_URL_*`. */
const schema = z.object({
  /** City id, e.g. `pingdingshan`. */
  CITY: z.string(),
  /** JSON file with the city's settings and dated policy. */
  CITY_FILE: z.string(),
  TABLE_NAME: z.string(),
  /** The city's CMK: id, ARN or alias. */
  KEY_ID: z.string(),
  /** Event bus that the stream's pipe feeds. */
  BUS_NAME: z.optional(z.string()),
  LOG_LEVEL: z._default(z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']), 'INFO'),
  /** Overrides the address of WeChat's servers. */
  WECHAT_ENDPOINT: z._default(z.string(), 'https://api.weixin.qq.com'),
});

export type Env = z.output<typeof schema>;

export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  return schema.parse(source);
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
    throw new Error('no AWS credentials in the environment');
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}
