import type { Context } from '../../../shared/context.ts';
import { openApi } from '../../../shared/http/openapi.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import type { City } from '../../cities/city.ts';
import type { CityListenerParts } from './city-listener.ts';
import { homePage } from './home-page.ts';
import type { LocalRoute } from './local-route.ts';

export interface LocalPagesParts {
  readonly city: City;
  readonly clock: Clock;
  readonly contexts: readonly Context[];
  readonly localRoutes: readonly LocalRoute[];
}

export function localPages({
  city,
  clock,
  contexts,
  localRoutes,
}: LocalPagesParts): CityListenerParts['pages'] {
  let document: string | undefined;
  return {
    '/': () => ({
      type: 'text/html; charset=utf-8',
      text: homePage({
        cityName: city.name,
        now: new Date(clock.now()).toISOString(),
        contexts,
        localRoutes,
      }),
    }),
    '/openapi.json': () => {
      document ??= JSON.stringify(openApi(contexts), null, 2);
      return { type: 'application/json; charset=utf-8', text: document };
    },
  };
}
