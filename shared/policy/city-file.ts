import { readFileSync } from 'node:fs';
import { type AnyPolicySection, type City, parseCity } from './city.ts';
import { InvalidPolicyError } from './policy-faults.ts';

/** The city of the JSON file at `path` (`CITY_FILE`). Read once, when the container starts. @throws InvalidPolicyError */
export function readCityFile(path: string, sections: readonly AnyPolicySection[]): City {
  const text = readFileSync(path, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidPolicyError([{ path: '', code: 'not JSON' }]);
  }
  return parseCity(json, sections);
}
