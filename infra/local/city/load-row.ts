import { type ChangeDeps, states } from '../../../functions/directory/change.ts';
import { putPractitioner } from '../../../functions/directory/put-practitioner.ts';
import { createAlliance, updateAlliance } from '../../../functions/directory/save-alliance.ts';
import { createCareTeam, updateCareTeam } from '../../../functions/directory/save-care-team.ts';
import { createDepartment, updateDepartment } from '../../../functions/directory/save-department.ts';
import { alliances, careTeams, type Department } from '../../../functions/directory/store.ts';
import type { RowOf } from './city-tables.ts';

export type Loaded = 'created' | 'changed' | 'unchanged';

export async function loadDepartment(
  deps: ChangeDeps,
  row: RowOf<'departments'>,
  known: Department | undefined,
): Promise<Loaded> {
  const { institutionId, departmentId, ...facts } = row;
  const id = { institutionId, departmentId };
  if (known === undefined) {
    await createDepartment(deps, { ...id, facts });
    return 'created';
  }
  if (states(known, { place: undefined, ...row })) return 'unchanged';
  await updateDepartment(deps, { ...id, facts, version: known.version });
  return 'changed';
}

export async function loadPractitioner(deps: ChangeDeps, row: RowOf<'practitioners'>): Promise<Loaded> {
  const { practitionerId, sites, ...facts } = row;
  return putPractitioner(deps, { practitionerId, sites, facts });
}

export async function loadCareTeam(deps: ChangeDeps, row: RowOf<'care-teams'>): Promise<Loaded> {
  const { institutionId, careTeamId, ...facts } = row;
  const id = { institutionId, careTeamId };
  const known = await careTeams.get(deps.table, id, { consistent: true });
  if (known === undefined) {
    await createCareTeam(deps, { ...id, facts });
    return 'created';
  }
  if (states(known, row)) return 'unchanged';
  await updateCareTeam(deps, { ...id, facts, version: known.version });
  return 'changed';
}

export async function loadAlliance(deps: ChangeDeps, row: RowOf<'alliances'>): Promise<Loaded> {
  const { leadId, allianceId, ...facts } = row;
  const known = await alliances.get(deps.table, allianceId, { consistent: true });
  if (known === undefined) {
    await createAlliance(deps, { leadId, allianceId, facts });
    return 'created';
  }
  if (states(known, row)) return 'unchanged';
  await updateAlliance(deps, { leadId, allianceId, facts, version: known.version });
  return 'changed';
}
