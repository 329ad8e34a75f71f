import { randomUUID } from 'node:crypto';
import type middy from '@middy/core';
import type { Actor } from '../access/actor.ts';
import type { Grant } from '../access/grants.ts';
import type { Call, RawCall, Route } from '../context.ts';
import type { Deps } from '../deps.ts';
import type { HttpRequest } from './request.ts';

/**
 * What the steps of one request learn, in this order. It takes the edge event's place in the stack,
 * because that is what middy hands to every middleware and to the handler.
 */
export interface Exchange {
  readonly deps: Deps;
  readonly http: HttpRequest;
  /** By the machine's own clock, in nanoseconds from no known instant. */
  readonly startedAt: bigint;
  readonly requestId: string;
  readonly traceparent: string;
  /** Set by `matchRoute`. */
  route?: Route;
  params?: Readonly<Record<string, string>>;
  /** Set by `matchRoute` where the path has no such method: those it has. */
  allowed?: readonly string[];
  /** Set by `authenticate`; undefined on a public route without a session. */
  actor?: Actor | undefined;
  /** Set by `authorise`: the grant that fits; undefined on a public route. */
  grant?: Grant;
  /** Set by `parse`. */
  call?: Call | RawCall;
}

/** A middleware of the house. */
export type Step = middy.MiddlewareObj<Exchange, unknown>;

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Opens the exchange: the request, its id, its W3C trace context (the caller's, or a new one). */
export function startExchange(deps: Deps, http: HttpRequest): Exchange {
  const given = http.headers['traceparent'];
  return {
    deps,
    http,
    startedAt: process.hrtime.bigint(),
    requestId: http.edgeRequestId,
    traceparent: given !== undefined && TRACEPARENT.test(given) ? given : newTrace(),
  };
}

/**
 * A trace that begins here; its first span has half of its id, which is as random. Node keeps random bytes for UUIDs at
 * hand, where any others are fetched from the system each time.
 */
function newTrace(): string {
  const id = randomUUID().replaceAll('-', '');
  return `00-${id}-${id.slice(-16)}-01`;
}

/** The matched route; only steps before `matchRoute` could see none, and there are no such readers. */
export function routeOf(exchange: Exchange): Route {
  if (exchange.route === undefined) throw new Error('the route is read before it is matched');
  return exchange.route;
}
