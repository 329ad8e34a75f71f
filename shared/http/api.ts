import middy from '@middy/core';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Context } from '../context.ts';
import { createDeps, type Deps } from '../deps.ts';
import { houseErrors } from '../kernel/errors.ts';
import { logEntry } from '../observability/log.ts';
import { type Exchange, routeOf, type Step, startExchange } from './exchange.ts';
import { audit } from './middleware/audit.ts';
import { authenticate } from './middleware/authenticate.ts';
import { authorise } from './middleware/authorise.ts';
import { mapErrors, refusalBody } from './middleware/map-errors.ts';
import { matchRoute } from './middleware/match-route.ts';
import { observe } from './middleware/observe.ts';
import { parse } from './middleware/parse.ts';
import { respond } from './middleware/respond.ts';
import { type EdgeEvent, type EdgeResponse, type HttpRequest, readRequest } from './request.ts';
import { encode } from './response.ts';

export type ApiHandler = (event: EdgeEvent, context: LambdaContext) => Promise<EdgeResponse>;

const UNREADABLE = logEntry('HTTP_EVENT_UNREADABLE', 'the function was called with what no edge sends');

/** Time to map a time-out and to write it down, before Lambda ends the container. */
const LAST_MILLIS = 250;

/**
 * The HTTP Lambda of a context: one stack for every route of every context.
 * Order matters: `observe` sees all, errors are mapped inside it, access is decided before the body is read,
 * and the access is written down before the answer is made.
 * `given` is how the laptop and tests pass their dependencies; on AWS they are made at the first request. A
 * container that cannot make them throws, so that Lambda counts a crash and starts another.
 */
export function createApi(context: Context, given?: Deps): ApiHandler {
  const steps: readonly Step[] = [
    observe(context),
    mapErrors(context),
    matchRoute(context),
    authenticate(),
    authorise(),
    parse(),
    respond(),
    audit(),
  ];
  const stack = middy<Exchange, unknown>({ timeoutEarlyInMillis: LAST_MILLIS });
  for (const step of steps) stack.use(step);
  const serve = stack.handler(async (exchange: Exchange) => {
    if (exchange.call === undefined) throw new Error('the use case is called before the request is parsed');
    return routeOf(exchange).handle(exchange.deps, exchange.call);
  });
  let deps: Deps | undefined;
  return async (event, lambdaContext) => {
    deps ??= context.provide(given ?? createDeps());
    let http: HttpRequest;
    try {
      http = readRequest(event);
    } catch (error) {
      const requestId = lambdaContext.awsRequestId;
      deps.log.warn(UNREADABLE, { context: context.name, requestId }, error);
      const refusal = houseErrors.refusal('INVALID_REQUEST');
      return encode({ method: '', headers: {} }, refusal.status, refusalBody(refusal, requestId));
    }
    return (await serve(startExchange(deps, http), lambdaContext)) as EdgeResponse;
  };
}
