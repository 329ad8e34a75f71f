import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A call of AWS's JSON protocol: always a POST to `/` without a query. */
export interface UnsignedCall {
  /** As it stands in the scope of the signature: `dynamodb`, `kms`, `states`. */
  readonly service: string;
  readonly region: string;
  /** With the port where it is not the protocol's own. */
  readonly host: string;
  /** `application/x-amz-json-1.0` or `-1.1`. */
  readonly contentType: string;
  /** `DynamoDB_20120810.GetItem`. */
  readonly target: string;
  readonly body: string;
}

/**
 * The headers of the call with its signature, by AWS Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Everything that is sent is signed.
 * `at`: milliseconds of the real time; AWS refuses what is five minutes off.
 */
export function signedHeaders(
  call: UnsignedCall,
  credentials: AwsCredentials,
  at: number,
): Record<string, string> {
  const time = compactTime(at);
  const { accessKeyId, sessionToken } = credentials;
  // In the order of their names, as the signature wants them.
  const headers: Record<string, string> = {
    'content-type': call.contentType,
    host: call.host,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    'x-amz-target': call.target,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(call.body)}`;
  const scope = scopeOf(call, time);
  const signature = signatureOf(canonical, { scope, time }, credentials);
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
}

/** `20260302T000000Z`, as it stands in requests. */
export function compactTime(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** What a signature is good for: a day, a region, a service. */
export function scopeOf({ service, region }: Pick<UnsignedCall, 'service' | 'region'>, time: string): string {
  return `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** The signature, in hex, of a request as AWS writes it down (the canonical request). */
export function signatureOf(
  canonical: string,
  { scope, time }: { readonly scope: string; readonly time: string },
  credentials: AwsCredentials,
): string {
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  return hmac(keyOf(credentials, scope), text).toString('hex');
}

let known: { readonly of: string; readonly key: Buffer } | undefined;

/** A key serves for a day, and Lambda's credentials for hours. */
function keyOf({ secretAccessKey }: AwsCredentials, scope: string): Buffer {
  const of = `${secretAccessKey}/${scope}`;
  if (known?.of !== of) {
    const start = Buffer.from(`AWS4${secretAccessKey}`);
    known = { of, key: scope.split('/').reduce<Buffer>(hmac, start) };
  }
  return known.key;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
