import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type City, cityFile } from '../cities/city.ts';

/** Writes `city.json` into a folder of its own below `dist` and answers the folder: the layer's content. */
export function cityAsset(city: City, dist: string): string {
  const folder = join(dist, 'cities', city.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'city.json'), `${JSON.stringify(cityFile(city), undefined, 2)}\n`);
  return folder;
}
