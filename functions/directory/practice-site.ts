import type { Table } from '../../shared/data/table.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { type ChangeDeps, type Origin, requireVersion } from './change.ts';
import { MAX_SITES } from './contracts.ts';
import { directoryErrors } from './errors.ts';
import { countyOf } from './rules.ts';
import { departments, institutions, type Practitioner, practitioners, type Site } from './store.ts';
import { writePractitioner } from './write-practitioner.ts';

interface Visit {
  readonly institutionId: string;
  readonly practitionerId: string;
  readonly version: number;
}

/** Multi-site practice (多点执业): the second and third institution file the doctor with themselves. */
export async function addPracticeSite(
  deps: ChangeDeps,
  { institutionId, practitionerId, departmentId, version }: Visit & { readonly departmentId: string },
  origin: Origin = {},
): Promise<Practitioner> {
  const before = await existing(deps.table, practitionerId);
  const taken = before.sites.find((site) => site.institutionId === institutionId);
  if (before.version === version + 1 && taken?.departmentId === departmentId) return before;
  requireVersion(before, version);
  if (taken !== undefined) throw directoryErrors.refusal('SITE_TAKEN');
  if (before.sites.length >= MAX_SITES) throw directoryErrors.refusal('SITES_TOO_MANY');
  const site = await siteAt(deps.table, institutionId, departmentId);
  const sites: Practitioner['sites'] = [...before.sites, site];
  return writePractitioner(deps, before, { ...before, sites, version: version + 1 }, origin);
}

/** Ends a visiting site; the first one, where the doctor is registered, ends with the record itself. */
export async function endPracticeSite(
  deps: ChangeDeps,
  { institutionId, practitionerId, version }: Visit,
  origin: Origin = {},
): Promise<Practitioner> {
  const before = await existing(deps.table, practitionerId);
  const [first, ...visiting] = before.sites;
  const left = visiting.filter((site) => site.institutionId !== institutionId);
  if (before.version === version + 1 && left.length === visiting.length) return before;
  requireVersion(before, version);
  if (left.length === visiting.length) throw directoryErrors.refusal('PRACTITIONER_NOT_FOUND');
  return writePractitioner(
    deps,
    before,
    { ...before, sites: [first, ...left], version: version + 1 },
    origin,
  );
}

/** What a site copies of its department and institution. Whether both are usable is decided by the write. */
export async function siteAt(table: Table, institutionId: string, departmentId: string): Promise<Site> {
  const [institution, department] = await Promise.all([
    institutions.get(table, institutionId, { consistent: true }),
    departments.get(table, { institutionId, departmentId }, { consistent: true }),
  ]);
  const reasons: Reason[] = [];
  if (institution?.active !== true)
    reasons.push(directoryErrors.reason('INSTITUTION_INACTIVE', { institutionId }));
  if (department?.active !== true)
    reasons.push(directoryErrors.reason('DEPARTMENT_INACTIVE', { departmentId }));
  if (institution === undefined || department === undefined || reasons.length > 0) {
    throw directoryErrors.refusal('PLACE_UNUSABLE', { reasons });
  }
  const { serviceCategory } = department;
  return { institutionId, departmentId, serviceCategory, county: countyOf(institution.divisionCode) };
}

async function existing(table: Table, practitionerId: string): Promise<Practitioner> {
  const practitioner = await practitioners.get(table, practitionerId, { consistent: true });
  if (practitioner === undefined) throw directoryErrors.refusal('PRACTITIONER_NOT_FOUND');
  return practitioner;
}
