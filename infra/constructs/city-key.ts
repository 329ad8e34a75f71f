import { ArnFormat, Aws, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';

const MANAGE = [
  'CancelKeyDeletion',
  'CreateAlias',
  'DeleteAlias',
  'DescribeKey',
  'DisableKey',
  'EnableKey',
  'EnableKeyRotation',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListGrants',
  'ListKeyPolicies',
  'ListResourceTags',
  'PutKeyPolicy',
  'RevokeGrant',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
];
const USE = [
  'CreateGrant',
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** The city's one key: table, files, queues, topic and logs are under it, and it wraps the contexts' data keys. */
export class CityKey extends Construct {
  readonly key: kms.Key;

  constructor(scope: Construct, stack: CityStack) {
    super(scope, 'CityKey');
    this.key = new kms.Key(this, 'Key', {
      alias: stack.names.keyAlias,
      description: `${stack.city.id}: table, files, queues and logs`,
      // Said aloud: it means AES-256 outside China and SM4-128 inside, and nothing else works with every service there.
      keySpec: kms.KeySpec.SYMMETRIC_DEFAULT,
      keyUsage: kms.KeyUsage.ENCRYPT_DECRYPT,
      enableKeyRotation: true,
      removalPolicy: stack.removalPolicy,
      policy: new iam.PolicyDocument({ statements: keyPolicy(stack) }),
    });
  }
}

/** Resource `*` of a key policy means this key alone; AWS offers no other way to write it. */
function keyPolicy(stack: CityStack): iam.PolicyStatement[] {
  const resources = ['*'];
  return [
    new iam.PolicyStatement({
      sid: 'IamDecidesInThisAccount',
      principals: [new iam.AccountRootPrincipal()],
      actions: [...MANAGE, ...USE].map((action) => `kms:${action}`),
      resources,
    }),
    new iam.PolicyStatement({
      sid: 'LogGroupsOfThisAccount',
      principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
      actions: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'DescribeKey'].map(
        (a) => `kms:${a}`,
      ),
      resources,
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            service: 'logs',
            resource: 'log-group',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
    // Undeliverable events into dead-letter queues. EventBridge sets no aws:Source… key here, the queue does set its context.
    new iam.PolicyStatement({
      sid: 'EventsIntoQueuesOfTheCity',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources,
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:sqs:arn': stack.arn('sqs', `${stack.city.id}-*`) },
      },
    }),
    new iam.PolicyStatement({
      sid: 'AlarmsIntoTheTopic',
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources,
      conditions: {
        ArnEquals: { 'kms:EncryptionContext:aws:sns:topicArn': stack.arn('sns', stack.names.alarmTopic) },
      },
    }),
  ];
}
