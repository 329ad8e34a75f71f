import { allCities } from '../../../infra/cities/all-cities.ts';
import { cityFile } from '../../../infra/cities/city.ts';
import { type City, parseCity } from '../../../shared/policy/city.ts';
import type { Part } from './part.ts';

const made = new Map<string, City>();

/** The demo city with the sections that its workflows want otherwise, so that limits are soon reached. */
export function policyOf(parts: readonly Part[]): City {
  const sections = Object.assign({}, ...parts.map(({ policy }) => policy)) as Record<string, object>;
  const name = JSON.stringify(sections);
  const city = made.get(name) ?? cityOf(sections);
  made.set(name, city);
  return city;
}

function cityOf(sections: Readonly<Record<string, object>>): City {
  const demo = allCities.find(({ id }) => id === 'demo');
  if (demo === undefined) throw new Error('there is no demo city');
  const own = Object.entries(sections).map(([section, values]) => [
    section,
    [{ from: '2020-01-01', source: 'a simulation', values }],
  ]);
  const policy = { ...demo.policy, ...Object.fromEntries(own) };
  const city = parseCity(JSON.parse(JSON.stringify(cityFile({ ...demo, policy }))), []);
  return { ...city, settings: { domain: 'city.test.invalid', wechat: { appId: 'wx00000000laptop' } } };
}
