import { Duration, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { CityStack } from './city-stack.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';

export interface EdgeProps {
  readonly contexts: readonly Pick<Context, 'name'>[];
  readonly key: kms.IKey;
}

/** The two edges name the same facts differently. */
interface EdgeMetrics {
  readonly namespace: 'AWS/ApiGateway';
  readonly dimensions: Readonly<Record<string, string>>;
  readonly serverErrors: '5xx' | '5XXError';
}

export function watchEdge(
  scope: Construct,
  stack: CityStack,
  { namespace, dimensions, serverErrors }: EdgeMetrics,
): void {
  new HouseAlarm(scope, stack, 'ServerErrors', {
    name: 'edge-server-errors',
    metric: metricOf(namespace, serverErrors, dimensions, 'Sum', Duration.minutes(1)),
    atLeast: 10,
    impact: 'Ten residents or more a minute get no answer from the city, whatever they ask for.',
    runbook:
      'If one context crashes too, begin with its alarm. If none does, the edge cannot reach its functions: look at the access log and at what was deployed last.',
  });
  new HouseAlarm(scope, stack, 'Latency', {
    name: 'edge-latency',
    metric: metricOf(namespace, 'Latency', dimensions, 'p99', Duration.minutes(1)),
    atLeast: 5_000,
    periods: 3,
    impact:
      'One resident in a hundred waits five seconds or more; the mini-program gives up and people press again.',
    runbook:
      "Compare with the functions' own times: where those are short, the account's Lambda quota or a cold start is the cause.",
  });
}
