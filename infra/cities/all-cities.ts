import type { City } from './city.ts';
import { demo } from './demo.ts';
import { hechi } from './hechi.ts';
import { minhang } from './minhang.ts';
import { pingdingshan } from './pingdingshan.ts';

export const allCities: readonly City[] = [pingdingshan, minhang, hechi, demo];
