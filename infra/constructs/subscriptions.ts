import {
  Duration,
  aws_events as events,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_lambda as lambda,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { CityStack } from './city-stack.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

export interface SubscriptionsProps {
  readonly context: Context;
  readonly worker: lambda.IFunction;
  readonly key: kms.IKey;
}

/** One rule for each event type a context listens to: from the city's bus to its worker, with a place for the undeliverable. */
export class Subscriptions extends Construct {
  constructor(scope: Construct, stack: CityStack, { context, worker, key }: SubscriptionsProps) {
    super(scope, 'Subscriptions');
    const types = [...new Set(context.subscriptions.map(({ event }) => event))].toSorted();
    if (types.length === 0) return;
    const eventBus = events.EventBus.fromEventBusName(this, 'Bus', stack.names.bus);
    const { queue } = new DeadLetterQueue(this, stack, 'DeadLetters', {
      name: `${context.name}-undelivered-events`,
      key,
      impact: `Events did not reach ${context.name}: what should follow them has not happened.`,
      runbook:
        'The message holds the event and, as an attribute, why the delivery failed (a permission or a missing function, as a rule). Mend it, then replay the archive from that time on: handlers are idempotent by event id.',
    });
    const ruleArns = stack.arn('events', 'rule', `${stack.names.bus}/${stack.names.rule(context.name, '*')}`);
    admitRules(worker, queue, ruleArns);
    const target: events.IRuleTarget = {
      bind: () => ({
        arn: worker.functionArn,
        deadLetterConfig: { arn: queue.queueArn },
        retryPolicy: {
          maximumRetryAttempts: 185,
          maximumEventAgeInSeconds: Duration.hours(24).toSeconds(),
        },
      }),
    };
    for (const type of types) {
      new events.Rule(this, type, {
        ruleName: stack.names.rule(context.name, type),
        description: `${type} → ${context.name}`,
        eventBus,
        eventPattern: { source: [stack.names.eventSource], detail: { type: [type] } },
        targets: [target],
      });
    }
  }
}

/**
 * Lets all rules of the context at its worker and at its queue by one statement each. The library adds one a rule, and
 * a queue's policy takes twenty.
 */
function admitRules(worker: lambda.IFunction, queue: sqs.Queue, ruleArns: string): void {
  const principal = new iam.ServicePrincipal('events.amazonaws.com');
  worker.addPermission('Rules', { principal, sourceArn: ruleArns });
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'UndeliveredEvents',
      principals: [principal],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': ruleArns } },
    }),
  );
}
