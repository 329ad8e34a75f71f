import type * as z from 'zod/mini';
import { everyPage } from '../../shared/data/every-page.ts';
import { isParty } from '../../shared/kernel/alliance.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { CityList } from './city-list.ts';
import type { departmentList, departmentView, institutionDetail, subtree } from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { directoryErrors } from './errors.ts';
import { serviceCategoryName } from './service-categories.ts';
import {
  type Department,
  departments,
  departmentsOf,
  institutions,
  type ListedInstitution,
} from './store.ts';

export async function showInstitution(
  deps: DirectoryDeps,
  institutionId: string,
): Promise<z.input<typeof institutionDetail>> {
  const [institution, list, { departments: offered }] = await Promise.all([
    institutions.get(deps.table, institutionId),
    deps.cityLists.current(institutionId),
    listDepartments(deps, institutionId),
  ]);
  if (institution === undefined) throw directoryErrors.refusal('INSTITUTION_NOT_FOUND');
  return {
    ...institution,
    ancestors: list.ancestorsOf(institutionId).flatMap((id) => placeOf(list.institutions.get(id))),
    children: list.childrenOf(institutionId).flatMap((child) => (child.active ? placeOf(child) : [])),
    departments: offered,
    alliances: alliancesOf(list, institutionId, dayOf(deps.clock.now())),
  };
}

/** The active departments of an institution. */
export async function listDepartments(
  deps: Pick<DirectoryDeps, 'table'>,
  institutionId: string,
): Promise<z.input<typeof departmentList>> {
  const ever = await everyPage(deps.table, departments, { ...departmentsOf(institutionId), limit: 1_000 });
  return { departments: ever.filter(({ active }) => active).map(shownDepartment) };
}

export function shownDepartment(department: Department): z.input<typeof departmentView> {
  return { ...department, serviceCategoryName: serviceCategoryName(department.serviceCategory) };
}

/** Active institutions below, level by level. */
export async function showSubtree(
  deps: DirectoryDeps,
  institutionId: string,
  depth = 8,
): Promise<z.input<typeof subtree>> {
  const list = await deps.cityLists.current(institutionId);
  const top = list.institutions.get(institutionId);
  if (top === undefined) throw directoryErrors.refusal('INSTITUTION_NOT_FOUND');
  const shown = [{ ...top, depth: 0 }];
  for (const above of shown) {
    if (above.depth === depth) break;
    const children = list.childrenOf(above.institutionId).filter(({ active }) => active);
    shown.push(...children.map((child) => ({ ...child, depth: above.depth + 1 })));
  }
  return { institutions: shown };
}

function placeOf(
  institution: ListedInstitution | undefined,
): { institutionId: string; name: string; level: ListedInstitution['level'] }[] {
  if (institution === undefined) return [];
  const { institutionId, name, level } = institution;
  return [{ institutionId, name, level }];
}

function alliancesOf(
  list: CityList,
  institutionId: string,
  day: string,
): z.input<typeof institutionDetail>['alliances'] {
  return list.alliances
    .filter((alliance) => isParty(alliance, institutionId, day))
    .map(({ allianceId, name, kind, leadId }) => ({
      allianceId,
      name,
      kind,
      role: leadId === institutionId ? 'lead' : 'member',
    }));
}
