import { join } from 'node:path';
import { Duration, aws_iam as iam, type aws_kms as kms, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import { usesWorkflows } from '../../shared/workflows/workflows.ts';
import { acknowledge } from './acknowledge.ts';
import { bundleAsset } from './bundle-asset.ts';
import type { CityStack } from './city-stack.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { watchFunction } from './function-alarms.ts';
import { grantTable } from './function-grants.ts';
import { HouseLogGroup } from './house-log-group.ts';
import type { Entry } from './names.ts';
import { grantObjects } from './object-grants.ts';
import { grantWorkflows } from './workflow-grants.ts';

export interface ContextFunctionProps {
  readonly context: Context;
  readonly entry: Entry;
  readonly key: kms.IKey;
  /** Carries `/opt/city.json`. */
  readonly cityLayer: lambda.ILayerVersion;
  /** Folder of the bundles, one folder a function. */
  readonly dist: string;
}

const MEMORY_MB = 1024;
/** The edge gives up after 29 s and the mini-program after 60; nobody waits for ten. */
const TIMEOUT_SECONDS: Readonly<Record<Entry, number>> = { api: 10, worker: 60 };

/** One of a context's two functions, with a role, a log group, a dead-letter queue and alarms of its own. */
export class ContextFunction extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, stack: CityStack, props: ContextFunctionProps) {
    const { context, entry, key } = props;
    super(scope, entry === 'api' ? 'Api' : 'Worker');
    const functionName = stack.names.function(context.name, entry);
    const { logGroup } = new HouseLogGroup(this, stack, 'Logs', {
      name: `/${stack.city.id}/${context.name}-${entry}`,
      key,
    });
    const deadLetters = new DeadLetterQueue(this, stack, 'DeadLetters', {
      name: `${context.name}-${entry}-dead-letters`,
      key,
      impact: `Messages to ${context.name} were given up: reminders, releases or follow-up steps of some residents did not happen.`,
      runbook: `Read the message's event type, find its request in the logs of ${functionName}, mend the cause, then invoke the function with the body of each message as its event and delete the message (SQS itself moves back nothing that came from a function): handlers are idempotent.`,
    });
    const role = new iam.Role(this, 'Role', {
      roleName: functionName,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${context.name}'s ${entry} function may touch`,
    });
    logGroup.grantWrite(role);
    deadLetters.grantSend(role);
    grantTable(stack, { role, key, context, entry });
    const bucket = grantObjects(stack, { role, key, context });
    if (entry === 'worker') grantWorkflows(stack, role, context.workflows);
    this.function = new lambda.Function(this, 'Function', {
      functionName,
      description: `${context.name}: ${entry === 'api' ? 'HTTP routes' : 'tasks, events, timers, schedules'}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture:
        stack.city.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      code: bundleAsset(join(props.dist, 'functions', `${context.name}-${entry}`)),
      handler: 'boot.handler',
      memorySize: MEMORY_MB,
      timeout: Duration.seconds(TIMEOUT_SECONDS[entry]),
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      deadLetterQueue: deadLetters.queue,
      retryAttempts: 2,
      layers: [props.cityLayer],
      environment: {
        CITY: stack.city.id,
        CITY_FILE: '/opt/city.json',
        TABLE_NAME: stack.names.table,
        KEY_ID: key.keyArn,
        BUS_NAME: stack.names.bus,
        ...(entry === 'worker' && usesWorkflows(context.workflows)
          ? { STATE_MACHINE_ARN_PREFIX: stack.stateMachineArn('') }
          : {}),
        ...bucket,
      },
    });
    acknowledge(this.function, {
      'Serverless-LambdaTracing':
        'X-Ray is not offered for Lambda in China; a W3C traceparent travels in logs and events.',
      'Serverless-LambdaAsyncFailureDestination':
        'Failed messages go to the dead-letter queue, which keeps them whole.',
    });
    watchFunction(this, stack, {
      context: context.name,
      entry,
      timeoutSeconds: TIMEOUT_SECONDS[entry],
      logGroup,
    });
  }
}
