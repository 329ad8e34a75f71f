import {
  Duration,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_lambda as lambda,
  aws_scheduler as scheduler,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { CityStack } from './city-stack.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';

export interface WorkerSchedulesProps {
  readonly context: Context;
  readonly worker: lambda.IFunction;
  readonly key: kms.IKey;
}

/** The minute's sweep of a context that has timers, and its daily schedules at Asia/Shanghai's clock. */
export class WorkerSchedules extends Construct {
  constructor(scope: Construct, stack: CityStack, { context, worker, key }: WorkerSchedulesProps) {
    super(scope, 'Schedules');
    const sweeps = Object.keys(context.timers).length > 0;
    if (!sweeps && context.schedules.length === 0) return;
    const groupName = stack.names.scheduleGroup(context.name);
    const group = new scheduler.CfnScheduleGroup(this, 'Group', { name: groupName });
    const deadLetters = new DeadLetterQueue(this, stack, 'DeadLetters', {
      name: `${context.name}-missed-schedules`,
      key,
      impact: `A job of ${context.name} was not started: what the city does every day at that hour, or the minute's sweep of its timers, did not happen.`,
      runbook:
        'Mend the cause (the message names it), then invoke the worker with the message as its event: daily jobs may run twice or late, and of many sweeps one is enough.',
    });
    const role = new iam.Role(this, 'Role', {
      roleName: `${groupName}-schedules`,
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.arn('scheduler', 'schedule-group', groupName),
          },
        },
      }),
    });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [worker.functionArn] }),
    );
    deadLetters.grantSend(role);
    const add = (name: string, expression: string, input: object, retries: number): void => {
      const schedule = new scheduler.CfnSchedule(this, name, {
        name: `${groupName}-${name}`,
        groupName,
        scheduleExpression: expression,
        scheduleExpressionTimezone: 'Asia/Shanghai',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: worker.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify(input),
          deadLetterConfig: { arn: deadLetters.queue.queueArn },
          retryPolicy: {
            maximumRetryAttempts: retries,
            maximumEventAgeInSeconds: retries === 0 ? 60 : 21_600,
          },
        },
      });
      schedule.addResourceDependency(group);
      schedule.node.addDependency(role);
    };
    for (const { name, dailyAt } of context.schedules) {
      add(name, cronOf(dailyAt), { schedule: name, at: '<aws.scheduler.scheduled-time>' }, 185);
    }
    if (!sweeps) return;
    // Not repeated: the next minute's sweep finds the same timers.
    add('sweep', 'rate(1 minute)', { sweep: true }, 0);
    const functionName = stack.names.function(context.name, 'worker');
    new HouseAlarm(this, stack, 'SweepSilent', {
      name: `${context.name}-sweep-silent`,
      // Not the worker's invocations: events of others keep it busy while nobody sweeps.
      metric: metricOf(
        'AWS/Scheduler',
        'InvocationAttemptCount',
        { ScheduleGroup: groupName },
        'Sum',
        Duration.minutes(5),
      ),
      below: 1,
      periods: 2,
      silenceRings: true,
      impact: `Timers of ${context.name} stand still: lapsed holds, reminders and overdue tasks are not acted upon.`,
      runbook: `Look at the schedule ${groupName}-sweep (is it enabled?) and invoke ${functionName} with {"sweep": true} by hand.`,
    });
  }
}

/** `07:05` → `cron(5 7 * * ? *)`. */
export function cronOf(dailyAt: string): string {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(dailyAt);
  if (parts === null) throw new Error(`${dailyAt} is no time of day`);
  return `cron(${Number(parts[2])} ${Number(parts[1])} * * ? *)`;
}
