import type { Deps } from '../../shared/deps.ts';
import { type CityLists, createCityLists } from './city-list.ts';

/** What directory needs besides the house's: its copy of the city's list, one a container. */
export interface DirectoryDeps extends Deps {
  readonly cityLists: CityLists;
}

export function provideDirectory(deps: Deps): DirectoryDeps {
  return { ...deps, cityLists: createCityLists(deps) };
}
