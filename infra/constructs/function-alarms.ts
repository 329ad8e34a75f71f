import { Duration, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';
import type { Entry } from './names.ts';

export interface WatchedFunction {
  readonly context: string;
  readonly entry: Entry;
  readonly timeoutSeconds: number;
  readonly logGroup: logs.ILogGroup;
}

/** Errors, throttles and slowness of one function. (Async-invoke metrics do not exist in China: see the dead-letter queues.) */
export function watchFunction(
  scope: Construct,
  stack: CityStack,
  { context, entry, timeoutSeconds, logGroup }: WatchedFunction,
): void {
  const functionName = stack.names.function(context, entry);
  const of = (metric: string, statistic: string, period = Duration.minutes(5)) =>
    metricOf('AWS/Lambda', metric, { FunctionName: functionName }, statistic, period);
  const isApi = entry === 'api';
  new HouseAlarm(scope, stack, 'Errors', {
    name: `${context}-${entry}-errors`,
    metric: of('Errors', 'Sum'),
    atLeast: isApi ? 1 : 3,
    impact: isApi
      ? `Requests to ${context} end in a crash: residents see 系统繁忙.`
      : `Background work of ${context} fails and is repeated: reminders, releases and follow-up steps come late.`,
    runbook: `Look at the newest errors in /${stack.city.id}/${context}-${entry}; if they began with a deployment, deploy the commit before it.`,
  });
  // A mapped error is a successful invocation to Lambda, and a timer given up is one to the worker: only the log knows.
  const errorLines = new logs.MetricFilter(scope, 'ErrorLines', {
    logGroup,
    metricNamespace: `tiered-care/${stack.city.id}`,
    metricName: `${functionName}-error-lines`,
    filterPattern: logs.FilterPattern.stringValue('$.level', '=', 'ERROR'),
  });
  new HouseAlarm(scope, stack, 'ErrorsLogged', {
    name: `${context}-${entry}-errors-logged`,
    metric: errorLines.metric({ statistic: 'Sum', period: Duration.minutes(5) }),
    atLeast: 1,
    impact: isApi
      ? `Somebody's request to ${context} ended with 系统繁忙 or 服务暂时不可用.`
      : `Something in ${context} was given up: a timer that failed too often stands still until an operator looks at it.`,
    runbook: `Search /${stack.city.id}/${context}-${entry} for level ERROR: the code names the fault, requestId the request; nothing personal is in the line.${
      isApi
        ? ''
        : ` After TIMERS_PARKED mend what made them fail (TIMER_FAILED says it), then invoke ${functionName} with {"resumeParked": true}.`
    }`,
  });
  new HouseAlarm(scope, stack, 'Throttles', {
    name: `${context}-${entry}-throttles`,
    metric: of('Throttles', 'Sum', Duration.minutes(1)),
    atLeast: isApi ? 1 : 10,
    impact: isApi
      ? `Residents get 503 from ${context} because the account has no free function left.`
      : `Background work of ${context} waits for a free function and comes late.`,
    runbook:
      "Compare ConcurrentExecutions with the account's Lambda quota; stop whatever else uses it up, and ask for a higher quota before the next release hour.",
  });
  new HouseAlarm(scope, stack, 'Slow', {
    name: `${context}-${entry}-slow`,
    metric: of('Duration', isApi ? 'p99' : 'Maximum'),
    // A worker that comes near its timeout will soon be cut off in the middle of a sweep.
    atLeast: isApi ? 3_000 : timeoutSeconds * 1_000 * 0.9,
    periods: isApi ? 3 : 1,
    impact: isApi
      ? `One resident in a hundred waits three seconds or more for ${context}.`
      : `A run of ${context}'s worker nearly reached its time limit; the next may be cut off and repeated.`,
    runbook:
      'See in the dashboard whether the table throttles or a provider is slow; a worker with too much to do at once needs a smaller page.',
  });
}
