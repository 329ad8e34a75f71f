import { type AwsCredentials, compactTime, scopeOf, signatureOf } from '../aws/sign.ts';
import type { Clock } from '../kernel/clock.ts';

export interface S3SignerParts {
  /** `https://<bucket>.s3.<region>.<suffix>`, without a slash at its end. */
  readonly bucketUrl: string;
  readonly region: string;
  /** Asked at each signature: Lambda exchanges them while a container lives. */
  readonly credentials: () => Promise<AwsCredentials>;
  readonly clock: Clock;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** Empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface S3Signer {
  /** The request as it is sent now; `payloadSha256` in hex. */
  sign(request: S3Request, payloadSha256: string): Promise<{ url: string; headers: Record<string, string> }>;
  /** An address that does the same for whoever has it, with just these headers. */
  presign(request: S3Request, expiresInSeconds: number): Promise<string>;
}

/**
 * Signs requests to one bucket, by AWS Signature Version 4 as S3 has it: the path is escaped once, and a link may leave
 * its payload out (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 */
export function s3Signer({ bucketUrl, region, credentials, clock }: S3SignerParts): S3Signer {
  const { origin, host, pathname } = new URL(bucketUrl);
  const pathOf = (key: string): string => `${pathname === '/' ? '' : pathname}/${key}`;
  const ofNow = () => {
    const time = compactTime(clock.now());
    return { time, scope: scopeOf({ service: 's3', region }, time) };
  };
  return {
    async sign({ method, key, query = {}, headers = {} }, payloadSha256) {
      const [now, who] = [ofNow(), await credentials()];
      const { sessionToken } = who;
      const sent = {
        ...headers,
        'x-amz-content-sha256': payloadSha256,
        'x-amz-date': now.time,
        ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      };
      const { names, lines } = canonicalHeaders({ ...sent, host });
      const search = canonicalQuery(query);
      const canonical = `${method}\n${pathOf(key)}\n${search}\n${lines}\n${names}\n${payloadSha256}`;
      const authorization = `AWS4-HMAC-SHA256 Credential=${who.accessKeyId}/${now.scope}, SignedHeaders=${names}, Signature=${signatureOf(canonical, now, who)}`;
      const url = `${origin}${pathOf(key)}${search === '' ? '' : `?${search}`}`;
      return { url, headers: { ...sent, authorization } };
    },
    async presign({ method, key, query = {}, headers = {} }, expiresInSeconds) {
      const [now, who] = [ofNow(), await credentials()];
      const { sessionToken } = who;
      const { names, lines } = canonicalHeaders({ ...headers, host });
      const search = canonicalQuery({
        ...query,
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': `${who.accessKeyId}/${now.scope}`,
        'X-Amz-Date': now.time,
        'X-Amz-Expires': String(expiresInSeconds),
        'X-Amz-SignedHeaders': names,
        ...(sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken }),
      });
      const canonical = `${method}\n${pathOf(key)}\n${search}\n${lines}\n${names}\nUNSIGNED-PAYLOAD`;
      return `${origin}${pathOf(key)}?${search}&X-Amz-Signature=${signatureOf(canonical, now, who)}`;
    },
  };
}

function canonicalHeaders(headers: Readonly<Record<string, string>>): { names: string; lines: string } {
  const sorted = Object.entries(headers).toSorted(byName);
  return {
    names: sorted.map(([name]) => name).join(';'),
    lines: sorted.map(([name, value]) => `${name}:${value}\n`).join(''),
  };
}

function canonicalQuery(query: Readonly<Record<string, string>>): string {
  const encoded = Object.entries(query).map(([name, value]) => [escaped(name), escaped(value)] as const);
  return encoded
    .toSorted(byName)
    .map((pair) => pair.join('='))
    .join('&');
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

/** RFC 3986: four characters more than `encodeURIComponent`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
