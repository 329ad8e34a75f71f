import { type ChangeDeps, states } from '../../../functions/directory/change.ts';
import { createInstitution } from '../../../functions/directory/create-institution.ts';
import { putPractitioner } from '../../../functions/directory/put-practitioner.ts';
import { createAlliance, updateAlliance } from '../../../functions/directory/save-alliance.ts';
import { createCareTeam, updateCareTeam } from '../../../functions/directory/save-care-team.ts';
import { createDepartment, updateDepartment } from '../../../functions/directory/save-department.ts';
import { alliances, careTeams, departments, institutions } from '../../../functions/directory/store.ts';
import { updateInstitution } from '../../../functions/directory/update-institution.ts';
import type { RowOf } from './city-tables.ts';

export type Loaded = 'created' | 'changed' | 'unchanged';

export async function loadInstitution(deps: ChangeDeps, row: RowOf<'institutions'>): Promise<Loaded> {
  const { institutionId, parentId, ...facts } = row;
  const placed = { institutionId, facts, ...(parentId === undefined ? {} : { parentId }) };
  const known = await institutions.get(deps.table, institutionId, { consistent: true });
  if (known === undefined) {
    await createInstitution(deps, placed);
    return 'created';
  }
  if (states(known, { phone: undefined, ...row })) return 'unchanged';
  await updateInstitution(deps, { ...placed, version: known.version });
  return 'changed';
}

export async function loadDepartment(deps: ChangeDeps, row: RowOf<'departments'>): Promise<Loaded> {
  const { institutionId, departmentId, ...facts } = row;
  const id = { institutionId, departmentId };
  const known = await departments.get(deps.table, id, { consistent: true });
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
