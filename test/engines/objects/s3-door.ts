import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsV4Signer } from 'aws4fetch';
import { startFauxqs } from 'fauxqs';
import { onTestFinished } from 'vitest';
import { readBody } from '../../../infra/local/http/read-body.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';

/** Keys of the test: nobody else's. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of the test' };
export const REGION = 'cn-north-1';

interface Knock {
  readonly method: string;
  /** As the client called it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A server of 127.0.0.1 that goes when the test ends. */
export async function listen(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const BUCKET = 'files';

/** An emulated bucket, behind a door that lets in what S3 would. Answers its address. */
export async function openBucket(clock: Clock): Promise<string> {
  const s3 = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, defaultRegion: REGION });
  s3.createBucket(BUCKET);
  const { server, url } = await listen();
  onTestFinished(() => s3.stop());
  server.on('request', async (request, response) => {
    const body = await readBody(request, 1024 * 1024);
    if (body === 'too-large') return response.writeHead(413).end();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const knock = { method: request.method ?? '', url: `${url}${request.url}`, headers, body };
    const refusal = await refusalOf(knock, clock);
    if (refusal !== undefined)
      return response.writeHead(refusal === 'BadDigest' ? 400 : 403).end(`<Code>${refusal}</Code>`);
    const { host: _, connection: __, 'content-length': ___, ...passed } = headers;
    const answer = await fetch(`http://127.0.0.1:${s3.port}${request.url}`, {
      method: knock.method,
      headers: passed,
      ...(knock.method === 'PUT' ? { body } : {}),
    });
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...overridesOf(knock) });
    return response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return `${url}/${BUCKET}`;
}

/** The headers that a reader may ask S3 to answer with. */
function overridesOf({ url }: Knock): Record<string, string> {
  const asked = [...new URL(url).searchParams].filter(([name]) => name.startsWith('response-'));
  return Object.fromEntries(asked.map(([name, value]) => [name.slice('response-'.length), value]));
}

/**
 * What S3 checks before it looks for an object, and the emulator does not: the signature, by another signer than ours;
 * its time; the checksum. Answers the code of S3's refusal, or undefined.
 */
export async function refusalOf(knock: Knock, clock: Clock): Promise<string | undefined> {
  const url = new URL(knock.url);
  const { searchParams: query } = url;
  const signedAt = query.get('X-Amz-Date') ?? knock.headers['x-amz-date'] ?? '';
  const ageSeconds = (clock.now() - timeOf(signedAt)) / 1000;
  const inQuery = query.has('X-Amz-Signature');
  if (!inQuery && knock.headers['authorization'] === undefined) return 'AccessDenied';
  if (!(ageSeconds < (inQuery ? Number(query.get('X-Amz-Expires')) : 900))) return 'AccessDenied';
  if (!(await isSigned(knock, signedAt, inQuery))) return 'SignatureDoesNotMatch';
  const hash = createHash('sha256').update(knock.body);
  const checksum = knock.headers['x-amz-checksum-sha256'];
  const payload = knock.headers['x-amz-content-sha256'];
  if (payload !== undefined && !inQuery && payload !== hash.copy().digest('hex'))
    return 'XAmzContentSHA256Mismatch';
  return checksum !== undefined && checksum !== hash.digest('base64') ? 'BadDigest' : undefined;
}

async function isSigned(
  { method, url, headers, body }: Knock,
  datetime: string,
  inQuery: boolean,
): Promise<boolean> {
  const called = new URL(url);
  const given = inQuery ? new URL(url).searchParams : parametersOf(headers['authorization'] ?? '');
  const names = (given.get(inQuery ? 'X-Amz-SignedHeaders' : 'SignedHeaders') ?? '').split(';');
  if (inQuery) {
    for (const name of ['Signature', 'SignedHeaders', 'Algorithm', 'Credential', 'Date'])
      called.searchParams.delete(`X-Amz-${name}`);
  }
  const signed = names.filter((name) => name !== 'host').map((name) => [name, headers[name] ?? '']);
  const other = await new AwsV4Signer({
    ...CREDENTIALS,
    service: 's3',
    region: REGION,
    method,
    url: called.href,
    headers: Object.fromEntries(signed),
    ...(body.length > 0 && !inQuery ? { body } : {}),
    datetime,
    signQuery: inQuery,
    allHeaders: true,
  }).sign();
  const again = inQuery ? other.url.searchParams : parametersOf(other.headers.get('authorization') ?? '');
  return ['Credential', 'Signature'].every((name) => {
    const whole = inQuery ? `X-Amz-${name}` : name;
    return again.get(whole) === given.get(whole);
  });
}

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
function parametersOf(authorization: string): URLSearchParams {
  return new URLSearchParams(authorization.replace(/^\S+ /, '').replaceAll(', ', '&'));
}

/** `20260302T000000Z`. */
function timeOf(compact: string): number {
  return Date.parse(compact.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
