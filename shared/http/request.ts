import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';

/** What either edge (HTTP API or REST API) hands over, told in one way. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Repeated names keep the last value: no route takes lists in the query. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded text; undefined when there is none. */
  readonly body: string | undefined;
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

export function readRequest(event: EdgeEvent): HttpRequest {
  const v2 = 'rawPath' in event;
  return {
    method: v2 ? event.requestContext.http.method : event.httpMethod,
    path: v2 ? event.rawPath : event.path,
    query: defined(event.queryStringParameters),
    headers: lowerCased(event.headers),
    body: decoded(event.body, event.isBase64Encoded),
    edgeRequestId: event.requestContext.requestId,
  };
}

function defined(values: Record<string, string | undefined> | null | undefined): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

function lowerCased(values: Record<string, string | undefined> | null | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(defined(values)).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function decoded(body: string | null | undefined, base64: boolean): string | undefined {
  if (body === null || body === undefined || body === '') return undefined;
  return base64 ? Buffer.from(body, 'base64').toString('utf8') : body;
}
