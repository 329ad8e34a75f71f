import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';

/** What either edge (HTTP API or REST API) hands over, told in one way. */
export interface HttpRequest {
  readonly method: string;
  /** Decoded once, as a whole: an escaped slash parts segments on either edge. Without a stage. */
  readonly path: string;
  /** Repeated names are joined by commas: no route takes lists in the query. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case, repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly as received, without the edge's base64; empty where there is none. */
  readonly body: Buffer;
  /** The edge's own id of this request. */
  readonly edgeRequestId: string;
}

export type EdgeEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

export interface EdgeResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Neither edge sends such an event: the function was called past them. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/** @throws UnreadableEvent */
export function readRequest(event: EdgeEvent): HttpRequest {
  try {
    const request = 'rawPath' in event ? fromHttpApi(event) : fromRestApi(event);
    const { method, path, edgeRequestId } = request;
    const texts: readonly unknown[] = [method, path, event.body ?? '', edgeRequestId];
    if (texts.every((text) => typeof text === 'string')) return request;
  } catch (cause) {
    throw new UnreadableEvent('the event is of neither edge', { cause });
  }
  throw new UnreadableEvent('a part of the event is no text');
}

/** Payload format 2.0: the path comes decoded, names in lower case, repeated ones joined. */
function fromHttpApi(event: APIGatewayProxyEventV2): HttpRequest {
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    query: joined(event.queryStringParameters ?? {}),
    headers: joined(event.headers, lowerCase),
    body: bytesOf(event.body, event.isBase64Encoded),
    edgeRequestId: event.requestContext.requestId,
  };
}

/** The path comes as it was sent, names in the sender's case, and only `multiValue…` holds what is repeated. */
function fromRestApi(event: APIGatewayProxyEvent): HttpRequest {
  return {
    method: event.httpMethod,
    path: decodedPath(event.path),
    query: joined({ ...event.queryStringParameters, ...event.multiValueQueryStringParameters }),
    headers: joined({ ...event.headers, ...event.multiValueHeaders }, lowerCase),
    body: bytesOf(event.body, event.isBase64Encoded),
    edgeRequestId: event.requestContext.requestId,
  };
}

type Values = Readonly<Record<string, string | readonly string[] | null | undefined>>;

function joined(values: Values, naming: (name: string) => string = (name) => name): Record<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    const text = typeof value === 'string' ? value : value.join(',');
    const before = found.get(naming(name));
    found.set(naming(name), before === undefined ? text : `${before},${text}`);
  }
  return Object.fromEntries(found);
}

function lowerCase(name: string): string {
  return name.toLowerCase();
}

/** A malformed escape stays as it is: it is no id of ours and matches no word of a path. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const NO_BYTES = Buffer.alloc(0);

/** A REST API sends everything in base64; an HTTP API sends text types as text, which is UTF-8 on the wire. */
function bytesOf(body: string | null | undefined, base64: boolean): Buffer {
  if (body === undefined || body === null) return NO_BYTES;
  return Buffer.from(body, base64 ? 'base64' : 'utf8');
}
