import { aws_cloudwatch as cloudwatch, Duration, aws_iam as iam, aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { City } from '../cities/city.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { CityStack } from '../constructs/city-stack.ts';
import { metricOf } from '../constructs/house-alarm.ts';

const MINUTE = Duration.minutes(1);

/** Where alarms call, and one page to look at. Alarms themselves stand beside what they watch. */
export class ObservabilityStack extends CityStack {
  constructor(scope: Construct, city: City, contexts: readonly Context[]) {
    super(scope, 'observability', city, 'Alarm topic and dashboard');
    const topic = new sns.Topic(this, 'Alarms', {
      topicName: this.names.alarmTopic,
      displayName: `${city.name}分级诊疗平台告警`,
      masterKey: this.sharedKey(),
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    city.alarmEmails.forEach((endpoint, index) => {
      const subscription = new sns.CfnSubscription(this, `Email${index + 1}`, {
        topicArn: topic.topicArn,
        protocol: 'email',
        endpoint,
      });
      acknowledge(subscription, {
        'Serverless-SNSRedrivePolicy':
          'A queue for calls that did not arrive would ring an alarm whose call does not arrive either.',
      });
    });
    this.dashboard(contexts);
  }

  private dashboard(contexts: readonly Context[]): void {
    const { names, city } = this;
    const lambda = (metric: string, entry: 'api' | 'worker', statistic: string) =>
      contexts.map(({ name }) =>
        metricOf('AWS/Lambda', metric, { FunctionName: names.function(name, entry) }, statistic, MINUTE),
      );
    const table = (metric: string) =>
      metricOf('AWS/DynamoDB', metric, { TableName: names.table }, 'Sum', MINUTE);
    const graph = (title: string, left: cloudwatch.IMetric[]) =>
      new cloudwatch.GraphWidget({ title, left, width: 12, height: 6 });
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: city.id,
      widgets: [
        [
          graph('Requests a minute', lambda('Invocations', 'api', 'Sum')),
          graph('Answer time, p99 (ms)', lambda('Duration', 'api', 'p99')),
        ],
        [
          graph('Crashes', [...lambda('Errors', 'api', 'Sum'), ...lambda('Errors', 'worker', 'Sum')]),
          graph('Functions at work', lambda('ConcurrentExecutions', 'api', 'Maximum')),
        ],
        [
          graph('Table: units a minute', [
            table('ConsumedReadCapacityUnits'),
            table('ConsumedWriteCapacityUnits'),
          ]),
          graph('Table: refused', [table('ReadThrottleEvents'), table('WriteThrottleEvents')]),
        ],
        [
          graph(
            'Pipe',
            ['Invocations', 'ExecutionFailed'].map((metric) =>
              metricOf('AWS/EventBridge/Pipes', metric, { PipeName: names.pipe }, 'Sum', MINUTE),
            ),
          ),
          graph('Sweeps, longest (ms)', lambda('Duration', 'worker', 'Maximum')),
        ],
      ],
    });
  }
}
