import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { referralErrors } from './errors.ts';
import type { ReferralPolicy } from './policy.ts';
import {
  ALLIANCES,
  type AllianceCopy,
  alliances,
  type DepartmentCopy,
  departments,
  type InstitutionCopy,
  type InstitutionPlace,
  institutions,
  places,
} from './store.ts';

export interface Target {
  readonly place: InstitutionPlace;
  readonly institution: InstitutionCopy;
  readonly department: DepartmentCopy;
}

/** The receiving department, if it is open for patients. @throws Refusal TARGET_UNKNOWN */
export async function readTarget(
  { table }: Pick<Deps, 'table'>,
  { institutionId, departmentId }: { readonly institutionId: string; readonly departmentId: string },
): Promise<Target> {
  const [place, institution, department] = await Promise.all([
    places.get(table, institutionId),
    institutions.get(table, institutionId),
    departments.get(table, { institutionId, departmentId }),
  ]);
  if (place?.active !== true || institution?.active !== true || department?.active !== true)
    throw referralErrors.refusal('TARGET_UNKNOWN');
  return { place, institution, department };
}

/** Whether the target lies in another area than the city, by the first digits of both codes. */
export function isOutOfArea(
  { city }: Pick<Deps, 'city'>,
  { areaDigits }: Pick<ReferralPolicy, 'areaDigits'>,
  { institution }: Target,
): boolean {
  return !institution.divisionCode.startsWith(city.divisionCode.slice(0, areaDigits));
}

/** An institution and all above it, nearest first. */
export async function readPath(
  { table }: Pick<Deps, 'table'>,
  institutionId: string,
): Promise<readonly [InstitutionPlace, ...InstitutionPlace[]]> {
  const own = await places.get(table, institutionId, { consistent: true });
  if (own === undefined) throw referralErrors.refusal('TARGET_UNKNOWN');
  const above = await places.getMany(table, own.ancestors);
  return [own, ...above.flatMap((place) => place ?? [])];
}

/** A city has a few dozen. */
export async function readAlliances({ table }: Pick<Deps, 'table'>): Promise<readonly AllianceCopy[]> {
  return everyPage(table, alliances, { pk: ALLIANCES });
}
