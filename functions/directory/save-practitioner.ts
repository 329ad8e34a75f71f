import type { Table } from '../../shared/data/table.ts';
import { type ChangeDeps, type Origin, requireVersion, states } from './change.ts';
import { directoryErrors } from './errors.ts';
import { siteAt } from './practice-site.ts';
import { type Practitioner, type PractitionerFacts, practitioners, type Site } from './store.ts';
import { writePractitioner } from './write-practitioner.ts';

interface Registration {
  readonly practitionerId: string;
  /** Where the doctor is registered: the first site. */
  readonly institutionId: string;
  readonly departmentId: string;
  readonly facts: PractitionerFacts;
}

/** Answers the one that is there when this id was created before. */
export async function createPractitioner(
  deps: ChangeDeps,
  { practitionerId, institutionId, departmentId, facts }: Registration,
  origin: Origin = {},
): Promise<Practitioner> {
  const known = await practitioners.get(deps.table, practitionerId, { consistent: true });
  if (known !== undefined) return known;
  const sites: Practitioner['sites'] = [await siteAt(deps.table, institutionId, departmentId)];
  const after: Practitioner = { ...facts, practitionerId, sites, active: true, version: 1 };
  return writePractitioner(deps, undefined, after, origin);
}

/** Facts, and the department within the institution that keeps the record. */
export async function updatePractitioner(
  deps: ChangeDeps,
  {
    practitionerId,
    institutionId,
    departmentId,
    version,
    facts,
  }: Registration & { readonly version: number },
  origin: Origin = {},
): Promise<Practitioner> {
  const before = await registered(deps, institutionId, practitionerId);
  const [first, ...others] = before.sites;
  const repeated = first.departmentId === departmentId && states(before, facts);
  if (before.version === version + 1 && repeated) return before;
  requireVersion(before, version);
  const site =
    first.departmentId === departmentId ? first : await siteAt(deps.table, institutionId, departmentId);
  const sites: readonly [Site, ...Site[]] = [site, ...others];
  const after: Practitioner = {
    ...facts,
    practitionerId,
    sites,
    active: before.active,
    version: version + 1,
  };
  return writePractitioner(deps, before, after, origin);
}

export async function setPractitionerActive(
  deps: ChangeDeps,
  {
    practitionerId,
    institutionId,
    active,
    version,
  }: Pick<Registration, 'practitionerId' | 'institutionId'> & {
    readonly active: boolean;
    readonly version: number;
  },
  origin: Origin = {},
): Promise<Practitioner> {
  const before = await registered(deps, institutionId, practitionerId);
  if (before.active === active) return before;
  requireVersion(before, version);
  const sites = active ? await sitesNow(deps.table, before) : before.sites;
  return writePractitioner(deps, before, { ...before, sites, active, version: version + 1 }, origin);
}

/** A department may have changed its category while the doctor was away. */
async function sitesNow(
  table: Table,
  { sites: [first, ...others] }: Practitioner,
): Promise<Practitioner['sites']> {
  const [registeredAt, ...visiting] = [first, ...others].map(({ institutionId, departmentId }) =>
    siteAt(table, institutionId, departmentId),
  );
  return [await (registeredAt ?? first), ...(await Promise.all(visiting))];
}

/** Only the institution where the doctor is registered keeps the record. */
async function registered(
  deps: ChangeDeps,
  institutionId: string,
  practitionerId: string,
): Promise<Practitioner> {
  const practitioner = await practitioners.get(deps.table, practitionerId, { consistent: true });
  if (practitioner?.sites[0].institutionId !== institutionId) {
    throw directoryErrors.refusal('PRACTITIONER_NOT_FOUND');
  }
  return practitioner;
}
