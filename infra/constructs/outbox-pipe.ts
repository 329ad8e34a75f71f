import { Duration, aws_iam as iam, type aws_kms as kms, aws_pipes as pipes } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';

export interface OutboxPipeProps {
  readonly streamArn: string;
  readonly busArn: string;
  readonly key: kms.IKey;
}

/** A write without an event takes the attribute away, so what carries one is new. */
const CARRIES_EVENT = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { NewImage: { eventId: { S: [{ exists: true }] } } },
};

/** The event stays one string: a pipe does not unwrap DynamoDB's types. Its id and its type, for the rules, stand beside it. */
const DETAIL =
  '{"id": <$.dynamodb.NewImage.eventId.S>, "type": <$.dynamodb.NewImage.eventType.S>, "event": <$.dynamodb.NewImage.event.S>}';

/** Publishes the event that a changed item carries. No code of ours: what the stream holds arrives, in order of the item. */
export class OutboxPipe extends Construct {
  constructor(scope: Construct, stack: CityStack, { streamArn, busArn, key }: OutboxPipeProps) {
    super(scope, 'Outbox');
    const { names } = stack;
    const deadLetters = new DeadLetterQueue(this, stack, 'DeadLetters', {
      name: 'pipe-dead-letters',
      key,
      impact:
        'Changes of the table did not become events: whatever should follow them (reminders, releases, other contexts) does not happen.',
      runbook:
        'A message names shard and sequence numbers, which the stream keeps for 24 hours: mend the pipe, then put the lost events on the bus from the attributes eventId, eventType and event of the items.',
    });
    const role = new iam.Role(this, 'Role', {
      roleName: names.pipe,
      assumedBy: new iam.ServicePrincipal('pipes.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.arn('pipes', 'pipe', names.pipe),
          },
        },
      }),
    });
    deadLetters.grantSend(role);
    for (const statement of statements({ streamArn, busArn, key }, names.table)) role.addToPolicy(statement);
    const pipe = new pipes.CfnPipe(this, 'Pipe', {
      name: names.pipe,
      description: 'Events that changed items carry, to the bus',
      roleArn: role.roleArn,
      source: streamArn,
      sourceParameters: {
        filterCriteria: { filters: [{ pattern: JSON.stringify(CARRIES_EVENT) }] },
        dynamoDbStreamParameters: {
          startingPosition: 'TRIM_HORIZON',
          batchSize: 10,
          // As often as a rule: a bus that throttles at a release hour, or a permission taken by mistake, is waited for.
          // What is given up here somebody has to put on the bus by hand.
          maximumRetryAttempts: 185,
          maximumRecordAgeInSeconds: 86_400,
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          deadLetterConfig: { arn: deadLetters.queue.queueArn },
        },
      },
      target: busArn,
      targetParameters: {
        eventBridgeEventBusParameters: { source: names.eventSource, detailType: 'domain-event' },
        inputTemplate: DETAIL,
      },
    });
    pipe.node.addDependency(role);
    new HouseAlarm(this, stack, 'Failing', {
      name: 'pipe-failing',
      metric: metricOf(
        'AWS/EventBridge/Pipes',
        'ExecutionFailed',
        { PipeName: names.pipe },
        'Sum',
        Duration.minutes(5),
      ),
      atLeast: 1,
      impact: 'Events of the whole city are late: reminders, releases and the other contexts wait.',
      runbook: 'The pipe repeats by itself; see whether its role, the key or the bus was changed last.',
    });
  }
}

function statements({ streamArn, busArn, key }: OutboxPipeProps, table: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
        (a) => `dynamodb:${a}`,
      ),
      resources: [streamArn],
    }),
    new iam.PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:dynamodb:tableName': table } },
    }),
    new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [busArn] }),
  ];
}
