import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import cdk from '../cdk.json' with { type: 'json' };
import type { Context } from '../shared/context.ts';
import { allCities } from './cities/all-cities.ts';
import type { City } from './cities/city.ts';
import { contexts } from './contexts.ts';
import { type Machine, machines } from './machines.ts';
import { CityStage } from './stacks/city-stage.ts';

export interface CityAppProps extends AppProps {
  readonly cities?: readonly City[];
  readonly contexts?: readonly Context[];
  readonly machines?: readonly Machine[];
  /** Where `npm run build` wrote the functions. */
  readonly dist?: string;
}

/** One stage a city: `cdk deploy 'pingdingshan/*'`. */
export function createApp(props: CityAppProps = {}): App {
  const app = new App({ ...props, context: { ...cdk.context, ...props.context } });
  const dist = props.dist ?? join(import.meta.dirname, '..', 'dist');
  for (const city of props.cities ?? allCities) {
    new CityStage(app, {
      city,
      contexts: props.contexts ?? contexts,
      machines: props.machines ?? machines,
      dist,
    });
  }
  return app;
}

if (import.meta.main) createApp().synth();
