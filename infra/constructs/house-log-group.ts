import { type aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';

/** A log group with the city's key and retention. Made here and never by a function: functions only write to it. */
export class HouseLogGroup extends Construct {
  readonly logGroup: logs.LogGroup;

  constructor(
    scope: Construct,
    stack: CityStack,
    id: string,
    props: { readonly name: string; readonly key: kms.IKey },
  ) {
    super(scope, id);
    this.logGroup = new logs.LogGroup(this, 'Group', {
      logGroupName: props.name,
      encryptionKey: props.key,
      retention: stack.city.logRetentionDays,
      removalPolicy: stack.removalPolicy,
    });
  }
}
