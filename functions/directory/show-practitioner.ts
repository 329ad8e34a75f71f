import type * as z from 'zod/mini';
import type { practitionerView, rosterView } from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { directoryErrors } from './errors.ts';
import { readAll } from './read-all.ts';
import { rosterKey } from './search-entries.ts';
import { serviceCategoryName } from './service-categories.ts';
import { departments, entries, type Practitioner, practitioners } from './store.ts';

export async function showPractitioner(
  deps: DirectoryDeps,
  practitionerId: string,
): Promise<z.input<typeof practitionerView>> {
  const practitioner = await practitioners.get(deps.table, practitionerId);
  if (practitioner === undefined) throw directoryErrors.refusal('PRACTITIONER_NOT_FOUND');
  return shownPractitioner(deps, practitioner);
}

/** With the names of its places; the department's name is read, because a rename does not touch its doctors. */
export async function shownPractitioner(
  deps: DirectoryDeps,
  practitioner: Practitioner,
): Promise<z.input<typeof practitionerView>> {
  const [list, places] = await Promise.all([
    deps.cityLists.current(practitioner.sites[0].institutionId),
    departments.getMany(deps.table, practitioner.sites),
  ]);
  return {
    ...practitioner,
    sites: practitioner.sites.map(({ institutionId, departmentId, serviceCategory }, index) => {
      const institution = list.institutions.get(institutionId);
      return {
        institutionId,
        institutionName: institution?.name ?? '',
        departmentId,
        departmentName: places[index]?.name ?? '',
        serviceCategory,
        serviceCategoryName: serviceCategoryName(serviceCategory),
        ...(institution === undefined ? {} : { location: institution.location }),
      };
    }),
  };
}

/** Everybody on an institution's books, those who left too: for who maintains them. */
export async function showRoster(
  deps: Pick<DirectoryDeps, 'table'>,
  institutionId: string,
): Promise<z.input<typeof rosterView>> {
  const items = await readAll(deps.table, { pk: rosterKey(institutionId) });
  return { practitioners: items.map(entries.from) };
}
