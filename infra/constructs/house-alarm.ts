import {
  aws_cloudwatch_actions as actions,
  aws_cloudwatch as cloudwatch,
  type Duration,
  aws_sns as sns,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';

export interface HouseAlarmProps {
  /** Last part of the alarm's name: `<city>-<name>`. */
  readonly name: string;
  readonly metric: cloudwatch.IMetric;
  /** Rings when the metric is at least this. */
  readonly atLeast?: number;
  /** Rings when the metric is below this. */
  readonly below?: number;
  /** Periods in a row. Default 1. */
  readonly periods?: number;
  /** Is silence itself the fault? Default no. */
  readonly silenceRings?: boolean;
  /** Who is hurt and how, in a sentence: what the person woken at night reads first. */
  readonly impact: string;
  /** What to look at and do, in a sentence or two. */
  readonly runbook: string;
}

/** An alarm that says who is hurt and what to do. It calls the city's topic when it rings and when it is over. */
export class HouseAlarm extends Construct {
  constructor(scope: Construct, stack: CityStack, id: string, props: HouseAlarmProps) {
    super(scope, id);
    const threshold = props.atLeast ?? props.below;
    if (threshold === undefined) throw new Error(`alarm ${props.name} has no threshold`);
    const { ComparisonOperator: compare, TreatMissingData: missing } = cloudwatch;
    const alarm = new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: `${stack.city.id}-${props.name}`,
      alarmDescription: `IMPACT: ${props.impact} RUNBOOK: ${props.runbook}`,
      metric: props.metric,
      threshold,
      comparisonOperator:
        props.atLeast === undefined
          ? compare.LESS_THAN_THRESHOLD
          : compare.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: props.silenceRings === true ? missing.BREACHING : missing.NOT_BREACHING,
    });
    const topic = sns.Topic.fromTopicArn(this, 'Topic', stack.arn('sns', stack.names.alarmTopic));
    alarm.addAlarmAction(new actions.SnsAction(topic));
    alarm.addOkAction(new actions.SnsAction(topic));
  }
}

/** A metric by its names alone: alarms and dashboard need no reference to the resource's construct. */
export function metricOf(
  namespace: string,
  metricName: string,
  dimensionsMap: Readonly<Record<string, string>>,
  statistic: string,
  period: Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace,
    metricName,
    dimensionsMap: { ...dimensionsMap },
    statistic,
    period,
  });
}
