import { allCities } from '../../infra/cities/all-cities.ts';
import { cityFile } from '../../infra/cities/city.ts';
import { type City, parseCity } from '../../shared/policy/city.ts';

export type CityName = 'demo' | 'pingdingshan' | 'minhang' | 'hechi';

const read = new Map<CityName, City>();

/** A real city's settings and policy, read as its functions read them: once, since nothing in it changes. */
export function cityNamed(name: CityName): City {
  const known = read.get(name) ?? parsedCity(name);
  read.set(name, known);
  return known;
}

function parsedCity(name: CityName): City {
  const city = allCities.find(({ id }) => id === name);
  if (city === undefined) throw new Error(`no city is called ${name}`);
  return parseCity(JSON.parse(JSON.stringify(cityFile(city))), []);
}

/** The same city with one section of its policy replaced. */
export function cityWith(name: CityName, section: string, values: unknown): City {
  const city = allCities.find(({ id }) => id === name);
  if (city === undefined) throw new Error(`no city is called ${name}`);
  const policy = { ...city.policy, [section]: [{ from: '2020-01-01', source: 'a test', values }] };
  return parseCity(JSON.parse(JSON.stringify(cityFile({ ...city, policy }))), []);
}
