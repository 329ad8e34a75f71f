import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws-error.ts';
import { faultOf } from './aws-fault.ts';
import { createPost, type Post } from './post.ts';
import { type AwsCredentials, signedHeaders } from './sign.ts';

/** How one of AWS's services is spoken to. */
export interface AwsService {
  /** In the signature's scope and in the host name: `dynamodb`, `kms`, `states`. */
  readonly name: string;
  /** What stands before an operation's name: `DynamoDB_20120810`. */
  readonly target: string;
  /** Of AWS's JSON protocol. */
  readonly version: '1.0' | '1.1';
}

/** Where it is, and as whom it is called. */
export interface AwsConnection {
  readonly region: string;
  /** Default: the service's own in that region. */
  readonly endpoint?: string | undefined;
  readonly credentials: () => Promise<AwsCredentials>;
  /** In place of the network, for tests. */
  readonly post?: (real: Post) => Post;
}

/** What each operation takes and answers, as AWS's SDK declares it. */
type Calls = Record<string, { readonly input: object; readonly output: object }>;

/** A client for those operations. */
export interface AwsClient<C extends Calls> {
  /** @throws AwsError what the service answered instead; `TimeoutError` or Node's own where nobody answered */
  call<Name extends keyof C & string>(operation: Name, input: C[Name]['input']): Promise<C[Name]['output']>;
  /** Closes its connections. */
  destroy(): void;
}

/** `attempts`: 1 leaves repeating to the caller. */
export interface AwsClientOptions extends AwsConnection {
  readonly service: AwsService;
  readonly attempts: number;
}

const FIRST_PAUSE_MS = 100;

/**
 * AWS's JSON protocol, which DynamoDB, KMS and Step Functions speak: one signed POST a call. Their SDK clients are two
 * thirds of a bundle and half of a cold start, for what this file does; docs/decisions/aws-calls.md has the figures.
 */
export function createAwsClient<C extends Calls>(options: AwsClientOptions): AwsClient<C> {
  const { service, region, credentials, attempts } = options;
  const { endpoint = `https://${hostOf(service, region)}` } = options;
  const { host } = new URL(endpoint);
  const network = createPost(endpoint);
  const post = options.post?.(network.post) ?? network.post;
  const contentType = `application/x-amz-json-${service.version}`;

  async function attempt(operation: string, body: string): Promise<string> {
    const target = `${service.target}.${operation}`;
    const call = { service: service.name, region, host, contentType, target, body };
    const { status, text } = await post(signedHeaders(call, await credentials(), Date.now()), body);
    if (status !== 200) throw new AwsError(status, text);
    return text;
  }

  async function persistently(operation: string, body: string): Promise<string> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt(operation, body);
      } catch (error) {
        if (failures + 1 >= attempts || faultOf(error) === undefined) throw error;
      }
      await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** failures);
    }
  }

  return {
    call: async (operation, input) =>
      JSON.parse((await persistently(operation, JSON.stringify(input))) || '{}'),
    destroy: network.destroy,
  };
}

/** China has a domain of its own. */
function hostOf({ name }: AwsService, region: string): string {
  return `${name}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
