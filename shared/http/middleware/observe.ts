import type { Context } from '../../context.ts';
import { logEntry } from '../../observability/log.ts';
import { together } from '../../observability/stdout.ts';
import type { Step } from '../exchange.ts';
import type { EdgeResponse } from '../request.ts';

const SERVED = logEntry('HTTP_REQUEST_SERVED', 'request served');

/** One log line and the metrics of each request, whatever became of it. */
export function observe(context: Context): Step {
  const finish: NonNullable<Step['after']> = ({ event, response }) => {
    const { deps, startedAt, requestId, traceparent, route } = event;
    const status = (response as EdgeResponse).statusCode;
    const millis = Math.round(Number(process.hrtime.bigint() - startedAt) / 1e6);
    // The declared path, never the real one: the ids in a path stay out of logs, and metrics stay few.
    const name = route === undefined ? 'unmatched' : `${route.method} ${route.path}`;
    together(() => {
      deps.log.info(SERVED, { route: name, status, millis, requestId, traceparent });
      deps.metrics.request({ context: context.name, route: name, status, millis });
    });
  };
  return { after: finish, onError: finish };
}
