import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';

/** What API Gateway takes at most. */
export const MOST_BODY_BYTES = 10 * 1024 * 1024;

/** Types an HTTP API hands over as they are; anything else crosses in base64, as does here what is no text after all. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\b)/i;

/** An HTTP API's event, payload version 2.0. */
export function edgeEvent(request: IncomingMessage, body: Buffer, nowMs: number): APIGatewayProxyEventV2 {
  const url = urlOf(request);
  const rawPath = decodedPath(url.pathname);
  const { cookie, ...headers } = headersOf(request);
  const ofText = TEXT.test(headers['content-type'] ?? 'application/json') && !headers['content-encoding'];
  const text = ofText && isUtf8(body);
  const query = queryOf(url);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: url.search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    headers,
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'laptop',
      domainName: headers['host'] ?? 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date(nowMs).toUTCString(),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** What is no URL is taken for the root. */
export function urlOf(request: IncomingMessage): URL {
  const root = 'http://localhost';
  return URL.parse(`${root}${request.url}`) ?? new URL(root);
}

/** HTTP APIs hand the path over decoded (REST APIs do not). */
function decodedPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
}

/** Repeated names are joined by commas. */
function queryOf(url: URL): Record<string, string> | undefined {
  const names = [...new Set(url.searchParams.keys())];
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name).join(',')]));
}

const lambdaAnswer = z.object({
  statusCode: z.int(),
  headers: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  cookies: z.optional(z.array(z.string())),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});

/** Writes a Lambda's answer as the edge does: what is no answer of the agreed form is a 500 without a reason. */
export function writeLambdaAnswer(response: ServerResponse, answer: unknown): void {
  const parsed = lambdaAnswer.safeParse(answer);
  if (!parsed.success) {
    writeEdgeError(response, 500, 'Internal Server Error');
    return;
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = parsed.data;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.writeHead(statusCode).end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}

/** The edge's own errors are English and have no code: they come before any function of ours. */
export function writeEdgeError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
