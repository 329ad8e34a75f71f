import { aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { City } from '../cities/city.ts';
import { CityStack } from '../constructs/city-stack.ts';
import { ContextFunction } from '../constructs/context-function.ts';
import { Subscriptions } from '../constructs/subscriptions.ts';
import { WorkerSchedules } from '../constructs/worker-schedules.ts';
import { cityAsset } from './city-asset.ts';

/** One bounded context as it runs: two functions, the events it listens to, its timers and daily schedules. */
export class ContextStack extends CityStack {
  constructor(
    scope: Construct,
    city: City,
    { context, dist }: { readonly context: Context; readonly dist: string },
  ) {
    super(scope, context.name, city, `Functions, rules and schedules of ${context.name}`);
    const key = this.sharedKey();
    const cityLayer = new lambda.LayerVersion(this, 'City', {
      layerVersionName: `${city.id}-${context.name}-city`,
      description: 'Settings and dated policy of the city',
      code: lambda.Code.fromAsset(cityAsset(city, dist)),
    });
    new ContextFunction(this, this, { context, entry: 'api', key, cityLayer, dist });
    const worker = new ContextFunction(this, this, { context, entry: 'worker', key, cityLayer, dist });
    new Subscriptions(this, this, { context, worker: worker.function, key });
    new WorkerSchedules(this, this, { context, worker: worker.function, key });
  }
}
