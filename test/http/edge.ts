import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import type { ApiHandler } from '../../shared/http/api.ts';
import type { EdgeResponse } from '../../shared/http/request.ts';

/** A request as a client sends it, before any edge. */
export interface Sent {
  readonly method?: string;
  /** As in the URL, escapes included, without the query. */
  readonly path: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

export const REQUEST_ID = 'edge-request-1';

/** As a REST API (payload 1.0) with binary media types tells it: path undecoded, names as sent, bodies in base64. */
export function restEvent({
  method = 'GET',
  path,
  query = [],
  headers = [],
  body,
}: Sent): APIGatewayProxyEvent {
  const multi = (pairs: Sent['headers'] = []) => {
    const found = new Map<string, string[]>();
    for (const [name, value] of pairs) found.set(name, [...(found.get(name) ?? []), value]);
    return Object.fromEntries(found);
  };
  const last = (pairs: Sent['headers'] = []) => Object.fromEntries(pairs);
  const event = {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: headers.length === 0 ? null : last(headers),
    multiValueHeaders: headers.length === 0 ? null : multi(headers),
    queryStringParameters: query.length === 0 ? null : last(query),
    multiValueQueryStringParameters: query.length === 0 ? null : multi(query),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      requestId: REQUEST_ID,
      httpMethod: method,
      path: `/live${path}`,
      stage: 'live',
      resourcePath: '/{proxy+}',
      identity: { sourceIp: '203.0.113.9' },
    },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  };
  return event as unknown as APIGatewayProxyEvent;
}

/** As an HTTP API (payload 2.0) tells it: path decoded, names in lower case, repeated values joined, JSON as text. */
export function httpEvent({
  method = 'GET',
  path,
  query = [],
  headers = [],
  body,
}: Sent): APIGatewayProxyEventV2 {
  const join = (pairs: NonNullable<Sent['headers']>, naming = (name: string) => name) => {
    const found = new Map<string, string>();
    for (const [name, value] of pairs) {
      const before = found.get(naming(name));
      found.set(naming(name), before === undefined ? value : `${before},${value}`);
    }
    return Object.fromEntries(found);
  };
  const isText = body === undefined || typeof body === 'string';
  const event = {
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath: decoded(path),
    rawQueryString: new URLSearchParams(
      query.map(([name, value]): [string, string] => [name, value]),
    ).toString(),
    headers: join(headers, (name) => name.toLowerCase()),
    ...(query.length === 0 ? {} : { queryStringParameters: join(query) }),
    requestContext: {
      requestId: REQUEST_ID,
      stage: '$default',
      http: { method, path: decoded(path), protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'test' },
    },
    ...(body === undefined ? {} : { body: isText ? body : body.toString('base64') }),
    isBase64Encoded: !isText,
  };
  return event as unknown as APIGatewayProxyEventV2;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export const lambdaContext = {
  awsRequestId: 'lambda-request-1',
  functionName: 'test',
} as LambdaContext;

export interface Answer extends EdgeResponse {
  /** The body as the client reads it. */
  readonly bytes: Buffer;
  readonly text: string;
  /** Undefined where the answer is no JSON. */
  readonly json: unknown;
}

export function read(response: EdgeResponse): Answer {
  const sent = Buffer.from(response.body, response.isBase64Encoded ? 'base64' : 'utf8');
  const bytes = response.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  const text = bytes.toString('utf8');
  const isJson = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
  return { ...response, bytes, text, json: isJson ? JSON.parse(text) : undefined };
}

export interface Request {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Session token. */
  readonly token?: string;
  /** `Idempotency-Key`. */
  readonly key?: string;
  readonly body?: unknown;
}

/** One call behind an HTTP API: `call(api, 'GET /things/1')`. */
export async function call(api: ApiHandler, route: string, request: Request = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const { query = {}, headers = {}, token, key, body } = request;
  const sent: [string, string][] = Object.entries(headers);
  if (token !== undefined) sent.push(['authorization', `Bearer ${token}`]);
  if (key !== undefined) sent.push(['idempotency-key', key]);
  if (body !== undefined) sent.push(['content-type', 'application/json']);
  const event = httpEvent({
    method,
    path,
    query: Object.entries(query),
    headers: sent,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return read(await api(event, lambdaContext));
}
