import { allCities } from '../../infra/cities/all-cities.ts';
import { cityFile } from '../../infra/cities/city.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { type City, type PolicySection, parseCity } from '../../shared/policy/city.ts';
import type { DatedEntry } from '../../shared/policy/dated.ts';

export type CityName = 'demo' | 'pingdingshan' | 'minhang' | 'hechi';

const read = new Map<string, City>();

/** A real city's settings and policy, read as its functions read them: once, since nothing in it changes. */
export function cityNamed(name: string): City {
  const known = read.get(name) ?? parsedCity(name);
  read.set(name, known);
  return known;
}

function parsedCity(name: string): City {
  const city = allCities.find(({ id }) => id === name);
  if (city === undefined) throw new Error(`no city is called ${name}`);
  return parseCity(JSON.parse(JSON.stringify(cityFile(city))), []);
}

/** The same city with one section of its policy replaced, and what it is from a later day on. */
export function cityWith(
  name: CityName,
  section: string,
  values: unknown,
  later: readonly { readonly from: Day; readonly values: unknown }[] = [],
  from: Day = '2020-01-01',
): City {
  const city = allCities.find(({ id }) => id === name);
  if (city === undefined) throw new Error(`no city is called ${name}`);
  const entries = [{ from, values }, ...later].map((one) => ({ ...one, source: 'a test' }));
  const policy = { ...city.policy, [section]: entries };
  return parseCity(JSON.parse(JSON.stringify(cityFile({ ...city, policy }))), []);
}

/** All entries that any city has of a section; what several share is one. */
export function entriesOf<T>(section: PolicySection<T>): readonly DatedEntry<T>[] {
  const all = allCities.flatMap(({ id }) => cityNamed(id).policy(section).entries);
  return [...new Map(all.map((entry) => [JSON.stringify(entry), entry])).values()];
}
