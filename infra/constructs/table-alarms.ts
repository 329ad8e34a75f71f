import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { indexNames } from '../../shared/data/schema.ts';
import type { CityStack } from './city-stack.ts';
import { HouseAlarm, metricOf } from './house-alarm.ts';

/** Refused reads and writes of the city's table, and of its indexes. */
export function watchTable(scope: Construct, stack: CityStack): void {
  const of = (metric: string, more: Readonly<Record<string, string>> = {}) =>
    metricOf('AWS/DynamoDB', metric, { TableName: stack.names.table, ...more }, 'Sum', Duration.minutes(1));
  new HouseAlarm(scope, stack, 'WriteThrottles', {
    name: 'table-write-throttles',
    metric: of('WriteThrottleEvents'),
    atLeast: 10,
    impact:
      'Bookings and other changes are refused or slow: residents at the release hour lose numbers they were quick enough for.',
    runbook:
      'If one doctor or one hour is the cause it passes by itself; if all writes suffer, raise the warm throughput (docs/deploy.md, pre-warming) and check that the release was announced beforehand.',
  });
  // DynamoDB counts these at the index alone, though it is the write to the table that is held back.
  for (const index of indexNames) {
    new HouseAlarm(scope, stack, `WriteThrottlesOf-${index}`, {
      name: `index-${index}-write-throttles`,
      metric: of('WriteThrottleEvents', { GlobalSecondaryIndexName: index }),
      atLeast: 10,
      impact: `The index ${index} takes no more: changes of everything that stands in it are refused or slow.`,
      runbook:
        'Find the hot partition in the metrics of the index; if the whole index suffers, raise the warm throughput (docs/deploy.md, pre-warming), which warms the indexes with the table.',
    });
  }
  new HouseAlarm(scope, stack, 'ReadThrottles', {
    name: 'table-read-throttles',
    metric: of('ReadThrottleEvents'),
    atLeast: 10,
    periods: 3,
    impact: 'Lists and searches are slow or fail for some residents.',
    runbook:
      'Find the hot partition in the metrics of the table; raise the warm throughput if all reads suffer.',
  });
}
