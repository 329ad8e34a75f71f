import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { OBJECTS_PATH } from '../objects/link-signer.ts';
import type { ServeObjects } from '../objects/serve-objects.ts';
import { edgeEvent, MOST_BODY_BYTES, urlOf, writeEdgeError, writeLambdaAnswer } from './edge-event.ts';
import type { LocalRoute } from './local-route.ts';
import { readBody } from './read-body.ts';

export interface CityListenerParts {
  readonly clock: Clock;
  /** Calls the context's api function; undefined where no context has that name. */
  readonly invokeApi: (context: string, event: unknown) => Promise<unknown> | undefined;
  readonly localRoutes: readonly LocalRoute[];
  /** What the links of the object store lead to. */
  readonly objects?: ServeObjects;
  /** Pages of the laptop itself, made when asked for. */
  readonly pages: Readonly<Record<string, () => { readonly type: string; readonly text: string }>>;
  readonly onAnswer?: (line: AnswerLine) => void;
}

/** One line of the access log: no query, no body. */
export interface AnswerLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

/** Stands where API Gateway stands on AWS. */
export function cityListener(parts: CityListenerParts): RequestListener {
  return (request, response) => {
    const startedAt = performance.now();
    const { pathname: path } = urlOf(request);
    response.on('finish', () => {
      const ms = Math.round(performance.now() - startedAt);
      parts.onAnswer?.({ method: request.method ?? '', path, status: response.statusCode, ms });
    });
    answer(parts, path, request, response).catch(() => {
      if (!response.headersSent) writeEdgeError(response, 500, 'Internal Server Error');
      else response.destroy();
    });
  };
}

async function answer(
  parts: CityListenerParts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, MOST_BODY_BYTES);
  if (body === 'too-large') return writeEdgeError(response, 413, 'Request Entity Too Large');
  if (path.startsWith(OBJECTS_PATH) && parts.objects !== undefined)
    return answerObject(parts.objects, request, body, response);
  if (path.startsWith('/local/')) return answerLocally(parts, path, request, body, response);
  const page = parts.pages[path];
  if (page !== undefined && request.method === 'GET') {
    const { type, text } = page();
    response.writeHead(200, { 'content-type': type }).end(text);
    return;
  }
  const called = parts.invokeApi(path.split('/')[1] ?? '', edgeEvent(request, body, parts.clock.now()));
  if (called === undefined) return writeEdgeError(response, 404, 'Not Found');
  const result = await called.catch((error: unknown) => ({ failed: error }));
  writeLambdaAnswer(response, result);
}

async function answerLocally(
  { localRoutes }: CityListenerParts,
  path: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  // A page of another site that runs in this machine's browser must not move the clock or fetch codes.
  if (!isLoopback(request.headers.host) || request.headers['sec-fetch-site'] === 'cross-site') {
    return writeEdgeError(response, 403, 'only from this machine');
  }
  const route = localRoutes.find((one) => one.path === path && one.method === request.method);
  if (route === undefined) return writeEdgeError(response, 404, 'Not Found');
  const parsed = jsonOf(body);
  if (parsed === 'no JSON') return writeEdgeError(response, 400, 'the body is no JSON');
  const { searchParams } = urlOf(request);
  const { status, body: result } = await route.handle({ query: searchParams, body: parsed.value });
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(result));
}

/** The signature in the link is what opens it, here as on AWS. */
async function answerObject(
  serve: ServeObjects,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { pathname, search } = urlOf(request);
  const { method = '', headers } = request;
  const answer = await serve({ method, pathname, search, headers, body });
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function isLoopback(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? '');
}

function jsonOf(body: Buffer): { readonly value: unknown } | 'no JSON' {
  if (body.length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch {
    return 'no JSON';
  }
}
