import {
  Duration,
  aws_iam as iam,
  type aws_kms as kms,
  RemovalPolicy,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Machine } from '../machines.ts';
import { acknowledge } from './acknowledge.ts';
import type { CityStack } from './city-stack.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';
import { HouseLogGroup } from './house-log-group.ts';

export interface StateMachineProps {
  readonly machine: Machine;
  readonly key: kms.IKey;
}

/** Log groups below this name need no entry in the region's one resource policy for logs, which is soon full. */
const VENDED_LOGS = '/aws/vendedlogs/states';

/** A standard state machine from its file, with a role that calls the workers it names and nothing else. */
export class StateMachine extends Construct {
  constructor(scope: Construct, stack: CityStack, { machine, key }: StateMachineProps) {
    super(scope, machine.name);
    const { definition } = machine;
    const name = stack.names.stateMachine(machine.name);
    const { logGroup } = new HouseLogGroup(this, stack, 'Logs', { name: `${VENDED_LOGS}/${name}`, key });
    const role = new iam.Role(this, 'Role', {
      roleName: `${name}-machine`,
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.stateMachineArn(machine.name),
          },
        },
      }),
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: definition.workers.map((context) => stack.functionArn(context, 'worker')),
      }),
    );
    role.addToPolicy(new iam.PolicyStatement({ actions: LOG_DELIVERY, resources: ['*'] }));
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'The actions of log delivery know no resource; AWS asks for the star.',
    });
    const stateMachine = new sfn.CfnStateMachine(this, 'Machine', {
      stateMachineName: name,
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: definition.fill({
        partition: stack.partition,
        worker: (context) => stack.functionArn(context, 'worker'),
      }),
      loggingConfiguration: {
        level: 'ALL',
        // Names of states and when they were passed. What went through them is nobody's to read here.
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
      },
    });
    stateMachine.node.addDependency(role);
    acknowledge(stateMachine, {
      'AwsSolutions-SF2': 'X-Ray is not offered for Step Functions in China.',
      'Serverless-StepFunctionStateMachineXray': 'X-Ray is not offered for Step Functions in China.',
    });
    this.#publish(stateMachine);
    this.#watch(stack, machine);
  }

  /** Executions finish on the revision they began with by themselves; a version is what one can go back to. */
  #publish(stateMachine: sfn.CfnStateMachine): void {
    const version = new sfn.CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: stateMachine.attrArn,
      stateMachineRevisionId: stateMachine.attrStateMachineRevisionId,
    });
    // A new revision makes a new version, and leaves the older ones where they are.
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  #watch(stack: CityStack, { name, owner }: Machine): void {
    const history = `Open the execution in the history of ${stack.names.stateMachine(name)}: the last event names the state and the error.`;
    for (const { ending, impact, runbook } of ENDINGS) {
      new HouseAlarm(this, stack, ending, {
        name: `${name}-workflow-${ending.toLowerCase()}`,
        metric: metricOf(
          'AWS/States',
          `Executions${ending}`,
          { StateMachineArn: stack.stateMachineArn(name) },
          'Sum',
          Duration.minutes(5),
        ),
        atLeast: 1,
        impact: `A ${name} ${impact}`,
        runbook: `${history} ${runbook} (context: ${owner})`,
      });
    }
  }
}

const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

const ENDINGS = [
  {
    ending: 'Failed',
    impact:
      'of somebody stopped where no catch was meant to: nobody carries it on, and what it held may still be held.',
    runbook:
      "Mend the cause, then redrive the execution (StartExecution's name is taken); tasks may run twice.",
  },
  {
    ending: 'TimedOut',
    impact: 'of somebody ran longer than it ever should, and was cut off without giving back what it held.',
    runbook:
      'See which wait lacks a way out, give back what the aggregate still holds, and mend the definition.',
  },
  {
    ending: 'Aborted',
    impact: 'of somebody was stopped by hand, without giving back what it held.',
    runbook: 'Ask who stopped it, and let the context give back what the aggregate still holds.',
  },
] as const;
