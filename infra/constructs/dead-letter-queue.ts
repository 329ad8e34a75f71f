import { Duration, aws_iam as iam, type aws_kms as kms, aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { CityStack } from './city-stack.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';

export interface DeadLetterQueueProps {
  /** `<city>-<name>`. */
  readonly name: string;
  readonly key: kms.IKey;
  readonly impact: string;
  readonly runbook: string;
}

/** Where messages wait that could not be handled; encrypted, kept for 14 days, and loud from the first one. */
export class DeadLetterQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly #key: kms.IKey;

  constructor(scope: Construct, stack: CityStack, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.#key = props.key;
    const queueName = `${stack.city.id}-${props.name}`;
    this.queue = new sqs.Queue(this, 'Queue', {
      queueName,
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.queue, {
      'AwsSolutions-SQS3': 'This is a dead-letter queue itself.',
      'Serverless-SQSRedrivePolicy': 'This is a dead-letter queue itself.',
    });
    new HouseAlarm(this, stack, 'NotEmpty', {
      name: props.name,
      metric: metricOf(
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        { QueueName: queueName },
        'Maximum',
        Duration.minutes(1),
      ),
      atLeast: 1,
      impact: props.impact,
      runbook: props.runbook,
    });
  }

  /** Lets a role put messages here, under the queue's own encryption context. (The library's grant asks for more.) */
  grantSend(role: iam.Role): void {
    const { queueArn } = this.queue;
    role.addToPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] }));
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:EncryptionContext:aws:sqs:arn': queueArn } },
      }),
    );
  }
}
