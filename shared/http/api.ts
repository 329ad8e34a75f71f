import middy from '@middy/core';
import type { Context as LambdaContext } from 'aws-lambda';
import type { Context } from '../context.ts';
import { createDeps, type Deps } from '../deps.ts';
import { type Exchange, routeOf, type Step } from './exchange.ts';
import { audit } from './middleware/audit.ts';
import { authenticate } from './middleware/authenticate.ts';
import { authorise } from './middleware/authorise.ts';
import { mapErrors } from './middleware/map-errors.ts';
import { matchRoute } from './middleware/match-route.ts';
import { observe, startExchange } from './middleware/observe.ts';
import { parse } from './middleware/parse.ts';
import { respond } from './middleware/respond.ts';
import type { EdgeEvent, EdgeResponse } from './request.ts';

export type ApiHandler = (event: EdgeEvent, context: LambdaContext) => Promise<EdgeResponse>;

/**
 * The HTTP Lambda of a context: one stack for every route of every context.
 * Order matters: `observe` sees all, errors are mapped inside it, access is decided before the body is read.
 * `given` is how the laptop and tests pass their dependencies; on AWS they are made at the first request.
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
  const stack = middy<Exchange, unknown>();
  for (const step of steps) stack.use(step);
  const serve = stack.handler(async (exchange: Exchange) => {
    if (exchange.call === undefined) throw new Error('the use case is called before the request is parsed');
    return routeOf(exchange).handle(exchange.deps, exchange.call);
  });
  let deps: Deps | undefined;
  return async (event, lambdaContext) => {
    deps ??= context.provide(given ?? createDeps());
    return (await serve(startExchange(deps, event), lambdaContext)) as EdgeResponse;
  };
}
