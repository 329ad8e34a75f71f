import { randomBytes } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { Deps } from '../../deps.ts';
import { logEntry } from '../../observability/log.ts';
import type { Exchange, Step } from '../exchange.ts';
import { type EdgeEvent, type EdgeResponse, readRequest } from '../request.ts';

const SERVED = logEntry('HTTP_REQUEST_SERVED', 'request served');
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Opens the exchange: the request in one shape, its id, its W3C trace context. */
export function startExchange(deps: Deps, event: EdgeEvent): Exchange {
  const http = readRequest(event);
  const given = http.headers['traceparent'];
  return {
    deps,
    http,
    startedAt: performance.now(),
    requestId: http.edgeRequestId,
    traceparent:
      given !== undefined && TRACEPARENT.test(given)
        ? given
        : `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
  };
}

/** One log line and the metrics of each request, whatever became of it. */
export function observe(context: Context): Step {
  const finish: NonNullable<Step['after']> = ({ event, response }) => {
    const { deps, startedAt, requestId, traceparent, route, http } = event;
    const status = (response as EdgeResponse).statusCode;
    const millis = Math.round(performance.now() - startedAt);
    // The declared path, never the real one: the ids in a path stay out of logs and metrics.
    const name = `${http.method} ${route?.path ?? 'unknown'}`;
    deps.log.info(SERVED, { route: name, status, millis, requestId, traceparent });
    deps.metrics.request({ context: context.name, route: name, status, millis });
  };
  return { after: finish, onError: finish };
}
