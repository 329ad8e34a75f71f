import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCity } from '../../shared/policy/city.ts';
import { type City, cityFile } from '../cities/city.ts';
import { policySections } from '../cities/policy-sections.ts';

/**
 * Writes `city.json` into a folder of its own below `dist` and answers the folder: the layer's content.
 * @throws InvalidPolicyError here, and not when the first resident comes by, naming every faulty path
 */
export function cityAsset(city: City, dist: string): string {
  const file = cityFile(city);
  parseCity(JSON.parse(JSON.stringify(file)), policySections, { complete: true });
  const folder = join(dist, 'cities', city.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'city.json'), `${JSON.stringify(file, undefined, 2)}\n`);
  return folder;
}
