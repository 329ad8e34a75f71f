import type * as z from 'zod/mini';
import { stepOf } from '../../shared/kernel/institution-level.ts';
import type { institutionPage } from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { distanceMetres } from './geo.ts';
import { distanceKey, pageOf } from './paging.ts';
import type { institutionSearch } from './requests.ts';
import type { ListedInstitution } from './store.ts';

type Search = z.output<typeof institutionSearch>;
type Answer = z.input<typeof institutionPage>;

/** From the container's copy of the list: the nearest first where a position is given, else the highest level. */
export async function listInstitutions(deps: DirectoryDeps, search: Search): Promise<Answer> {
  const { institutions } = await deps.cityLists.current();
  const found = [...institutions.values()]
    .filter((institution) => fits(search, institution))
    .flatMap((institution) => measured(search, institution));
  const { page, next } = pageOf(found, sortKeyOf, search);
  return { institutions: [...page], ...(next === undefined ? {} : { next }) };
}

function fits({ name, level, divisionCode }: Search, institution: ListedInstitution): boolean {
  return (
    institution.active &&
    // An authority is no place to see a doctor: only who asks for authorities gets them.
    (level === undefined ? institution.level !== 'authority' : institution.level === level) &&
    (name === undefined || institution.name.includes(name)) &&
    (divisionCode === undefined || institution.divisionCode.startsWith(divisionCode))
  );
}

function measured(
  { latitude, longitude, radiusMetres }: Search,
  institution: ListedInstitution,
): readonly (ListedInstitution & { readonly distanceMetres?: number })[] {
  if (latitude === undefined || longitude === undefined) return [institution];
  const metres = distanceMetres({ latitude, longitude }, institution.location);
  return radiusMetres === undefined || metres <= radiusMetres
    ? [{ ...institution, distanceMetres: metres }]
    : [];
}

function sortKeyOf(each: ListedInstitution & { readonly distanceMetres?: number }): string {
  const first = each.distanceMetres === undefined ? 9 - stepOf(each.level) : distanceKey(each.distanceMetres);
  return `${first}#${each.divisionCode}#${each.institutionId}`;
}
