import type * as z from 'zod/mini';
import type { Item, QuerySpec, Table } from '../../shared/data/table.ts';
import type { CityList } from './city-list.ts';
import type { practitionerPage } from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { distanceMetres, type Location } from './geo.ts';
import { cursorRefused, DEFAULT_PAGE, distanceKey, fromCursor, pageOf, toCursor } from './paging.ts';
import type { practitionerSearch } from './requests.ts';
import { countyOf, titleOrder } from './rules.ts';
import { categoryKey, nameKey, rosterKey, tagKey } from './search-entries.ts';
import { serviceCategoryName } from './service-categories.ts';
import { type Card, departments, entries } from './store.ts';

type Search = z.output<typeof practitionerSearch>;
type Answer = z.input<typeof practitionerPage>;
interface Found {
  readonly card: Card;
  readonly distanceMetres?: number;
}

/** As far as people ride for a doctor; wider is asked for. */
const DEFAULT_RADIUS_METRES = 20_000;
/** What one request may read: 2,000 cards of 300 bytes are some 75 read units. */
const READ_AT_ONCE = 200;
const MAX_READS = 10;

/** Doctors at places, by the narrowest of their keys; with a position the nearest first. */
export async function searchPractitioners(deps: DirectoryDeps, search: Search): Promise<Answer> {
  const list = await deps.cityLists.current();
  const from = positionOf(search);
  const { page, next } =
    from === undefined
      ? await inKeyOrder(deps.table, list, search)
      : await nearestFirst(deps, list, search, from);
  return { practitioners: await shown(deps.table, list, page), ...(next === undefined ? {} : { next }) };
}

function positionOf({ latitude, longitude }: Search): Location | undefined {
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}

/** The partition with the fewest cards to read: an institution's, a name's, a disease's, a category's. */
function partitionOf({ institutionId, name, diseaseTag, serviceCategory }: Search): {
  readonly pk: string;
  readonly prefix: string;
  readonly byCounty: boolean;
} {
  if (institutionId !== undefined) return { pk: rosterKey(institutionId), prefix: '', byCounty: false };
  if (name !== undefined) return { pk: nameKey(name), prefix: name, byCounty: false };
  const pk = diseaseTag === undefined ? categoryKey(serviceCategory ?? '') : tagKey(diseaseTag);
  return { pk, prefix: '', byCounty: true };
}

function fits(search: Search, list: CityList, card: Card): boolean {
  const { serviceCategory, diseaseTag, name, institutionId, title, familyDoctor, divisionCode } = search;
  const institution = list.institutions.get(card.institutionId);
  return (
    card.active &&
    institution !== undefined &&
    (institutionId === undefined || card.institutionId === institutionId) &&
    (name === undefined || card.name.startsWith(name)) &&
    (diseaseTag === undefined || card.diseaseTags.includes(diseaseTag)) &&
    (serviceCategory === undefined || `${card.serviceCategory}.`.startsWith(`${serviceCategory}.`)) &&
    (title === undefined || card.title === title) &&
    (familyDoctor === undefined || card.familyDoctor === familyDoctor) &&
    (divisionCode === undefined || institution.divisionCode.startsWith(divisionCode))
  );
}

async function inKeyOrder(
  table: Table,
  list: CityList,
  search: Search,
): Promise<{ page: Found[]; next?: string }> {
  const { pk, prefix, byCounty } = partitionOf(search);
  const county = search.divisionCode === undefined || !byCounty ? '' : `${countyOf(search.divisionCode)}#`;
  const title = county === '' || search.title === undefined ? '' : `${titleOrder(search.title)}#`;
  const limit = search.limit ?? DEFAULT_PAGE;
  const page: Found[] = [];
  const start = `${prefix}${county}${title}`;
  let after: Item | undefined = startAfter(pk, start, search.cursor);
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const read: { items: readonly Item[]; next?: Item } = await table.query({
      pk,
      limit: READ_AT_ONCE,
      ...below(start),
      ...(after === undefined ? {} : { after }),
    });
    for (const [index, item] of read.items.entries()) {
      const card = entries.from(item);
      if (!fits(search, list, card)) continue;
      page.push({ card });
      const more = index < read.items.length - 1 || read.next !== undefined;
      if (page.length === limit) return { page, ...(more ? { next: toCursor(item.sk) } : {}) };
    }
    if (read.next === undefined) return { page };
    after = read.next;
  }
  return { page, ...(after === undefined ? {} : { next: toCursor(after.sk) }) };
}

function startAfter(pk: string, start: string, cursor: string | undefined): Item | undefined {
  const sk = fromCursor(cursor);
  if (sk === undefined) return undefined;
  // The engine refuses a key outside the query.
  if (!sk.startsWith(start)) throw cursorRefused();
  return { pk, sk };
}

/** Which counties are within reach is known from the list, so only their stretch of the partition is read. */
async function nearestFirst(
  { nearCards }: DirectoryDeps,
  list: CityList,
  search: Search,
  from: Location,
): Promise<{ page: readonly Found[]; next?: string }> {
  const radius = search.radiusMetres ?? DEFAULT_RADIUS_METRES;
  const distances = new Map<string, number>();
  const counties = new Set<string>();
  for (const { institutionId, level, location, divisionCode, active } of list.institutions.values()) {
    if (!active || level === 'authority') continue;
    const metres = distanceMetres(from, location);
    if (metres > radius) continue;
    distances.set(institutionId, metres);
    counties.add(countyOf(divisionCode));
  }
  const { pk, prefix, byCounty } = partitionOf(search);
  const prefixes = byCounty ? [...counties].map((county) => `${county}#`) : [prefix];
  const cards = (await Promise.all(prefixes.map((start) => nearCards.under(pk, start)))).flat();
  const found = cards.flatMap((card): readonly (Found & { distanceMetres: number })[] => {
    const metres = distances.get(card.institutionId);
    return metres !== undefined && fits(search, list, card) ? [{ card, distanceMetres: metres }] : [];
  });
  return pageOf(
    found,
    ({ card, distanceMetres: metres }) =>
      `${distanceKey(metres)}#${titleOrder(card.title)}#${card.institutionId}#${card.practitionerId}`,
    search,
  );
}

function below(prefix: string): Pick<QuerySpec, 'sk'> {
  return prefix === '' ? {} : { sk: { beginsWith: prefix } };
}

/** Names of institutions from the list, of departments by one batch read. */
async function shown(table: Table, list: CityList, page: readonly Found[]): Promise<Answer['practitioners']> {
  const places = new Map(page.map(({ card }) => [`${card.institutionId}#${card.departmentId}`, card]));
  const found = await departments.getMany(table, [...places.values()]);
  const names = new Map([...places.keys()].map((place, index) => [place, found[index]?.name ?? '']));
  return page.map(({ card, distanceMetres: metres }) => {
    const institution = list.institutions.get(card.institutionId);
    return {
      ...card,
      diseaseTags: [...card.diseaseTags],
      institutionName: institution?.name ?? '',
      departmentName: names.get(`${card.institutionId}#${card.departmentId}`) ?? '',
      serviceCategoryName: serviceCategoryName(card.serviceCategory),
      ...(institution === undefined ? {} : { location: institution.location }),
      ...(metres === undefined ? {} : { distanceMetres: metres }),
    };
  });
}
