import type { Deps } from '../../shared/deps.ts';
import { type CityLists, createCityLists } from './city-list.ts';
import { createNearCards, type NearCards } from './near-cards.ts';

/** What directory needs besides the house's: copies of what many ask for, one of each a container. */
export interface DirectoryDeps extends Deps {
  readonly cityLists: CityLists;
  readonly nearCards: NearCards;
}

export function provideDirectory(deps: Deps): DirectoryDeps {
  return { ...deps, cityLists: createCityLists(deps), nearCards: createNearCards(deps) };
}

/** A change of what those copies hold: this container's are behind as soon as it has answered. */
export async function renewed<T>(deps: DirectoryDeps, change: Promise<T>): Promise<T> {
  try {
    return await change;
  } finally {
    deps.cityLists.forget();
    deps.nearCards.forget();
  }
}
