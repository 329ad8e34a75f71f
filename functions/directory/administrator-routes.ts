import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { idFromRequest } from './change.ts';
import * as contract from './contracts.ts';
import { type DirectoryDeps, renewed } from './deps.ts';
import { addPracticeSite, endPracticeSite } from './practice-site.ts';
import * as request from './requests.ts';
import { createCareTeam, setCareTeamActive, updateCareTeam } from './save-care-team.ts';
import { createDepartment, setDepartmentActive, updateDepartment } from './save-department.ts';
import { createPractitioner, setPractitionerActive, updatePractitioner } from './save-practitioner.ts';
import { shownDepartment } from './show-institution.ts';
import { shownPractitioner, showRoster } from './show-practitioner.ts';

/** An administrator maintains the own institution and those below it. */
const byAdministrator = allow('institution-administrator', institution());

const departmentRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/directory/institutions/{institutionId}/departments',
    summary: '新增科室',
    access: byAdministrator,
    request: { params: request.institutionParams, body: contract.departmentFacts },
    response: contract.departmentView,
    status: 201,
    errors: ['PLACE_UNUSABLE'],
    handle: async (deps, call) => {
      const created = { ...call.params, departmentId: idFromRequest(call), facts: call.body };
      return shownDepartment(await createDepartment(deps, created, call));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/departments/{departmentId}',
    summary: '修改科室',
    access: byAdministrator,
    request: { params: request.departmentParams, body: request.departmentUpdate },
    response: contract.departmentView,
    errors: ['DEPARTMENT_NOT_FOUND', 'IN_USE'],
    handle: async (deps, call) => {
      const { version, ...facts } = call.body;
      return shownDepartment(await updateDepartment(deps, { ...call.params, version, facts }, call));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/departments/{departmentId}/status',
    summary: '启用或停用科室',
    access: byAdministrator,
    request: { params: request.departmentParams, body: request.statusBody },
    response: contract.departmentView,
    errors: ['DEPARTMENT_NOT_FOUND', 'IN_USE', 'PLACE_UNUSABLE'],
    handle: async (deps, call) =>
      shownDepartment(await setDepartmentActive(deps, { ...call.params, ...call.body }, call)),
  }),
];

const practitionerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}/practitioners',
    summary: '机构医生名册（含已停用）',
    access: byAdministrator,
    request: { params: request.institutionParams },
    response: contract.rosterView,
    handle: (deps, { params }) => showRoster(deps, params.institutionId),
  }),
  route({
    method: 'POST',
    path: '/directory/institutions/{institutionId}/practitioners',
    summary: '登记医生',
    access: byAdministrator,
    request: { params: request.institutionParams, body: request.practitionerCreate },
    response: contract.practitionerView,
    status: 201,
    errors: ['PLACE_UNUSABLE'],
    handle: async (deps: DirectoryDeps, call) => {
      const { departmentId, ...facts } = call.body;
      const created = { ...call.params, practitionerId: idFromRequest(call), departmentId, facts };
      return shownPractitioner(deps, await renewed(deps, createPractitioner(deps, created, call)));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/practitioners/{practitionerId}',
    summary: '修改医生信息',
    access: byAdministrator,
    request: { params: request.sitePractitionerParams, body: request.practitionerUpdate },
    response: contract.practitionerView,
    errors: ['PRACTITIONER_NOT_FOUND', 'PLACE_UNUSABLE', 'IN_USE'],
    handle: async (deps: DirectoryDeps, call) => {
      const { version, departmentId, ...facts } = call.body;
      const change = { ...call.params, version, departmentId, facts };
      return shownPractitioner(deps, await renewed(deps, updatePractitioner(deps, change, call)));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/practitioners/{practitionerId}/status',
    summary: '启用或停用医生',
    access: byAdministrator,
    request: { params: request.sitePractitionerParams, body: request.statusBody },
    response: contract.practitionerView,
    errors: ['PRACTITIONER_NOT_FOUND', 'PLACE_UNUSABLE', 'IN_USE'],
    handle: async (deps: DirectoryDeps, call) =>
      shownPractitioner(
        deps,
        await renewed(deps, setPractitionerActive(deps, { ...call.params, ...call.body }, call)),
      ),
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/visiting-practitioners/{practitionerId}',
    summary: '备案多点执业医生',
    access: byAdministrator,
    request: { params: request.sitePractitionerParams, body: request.siteBody },
    response: contract.practitionerView,
    errors: ['PRACTITIONER_NOT_FOUND', 'PLACE_UNUSABLE', 'SITE_TAKEN', 'SITES_TOO_MANY'],
    handle: async (deps: DirectoryDeps, call) =>
      shownPractitioner(
        deps,
        await renewed(deps, addPracticeSite(deps, { ...call.params, ...call.body }, call)),
      ),
  }),
  route({
    method: 'DELETE',
    path: '/directory/institutions/{institutionId}/visiting-practitioners/{practitionerId}',
    summary: '取消多点执业备案',
    access: byAdministrator,
    request: { params: request.sitePractitionerParams, query: request.siteEndQuery },
    response: contract.practitionerView,
    errors: ['PRACTITIONER_NOT_FOUND', 'IN_USE'],
    handle: async (deps: DirectoryDeps, call) =>
      shownPractitioner(
        deps,
        await renewed(deps, endPracticeSite(deps, { ...call.params, ...call.query }, call)),
      ),
  }),
];

const careTeamRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/directory/institutions/{institutionId}/care-teams',
    summary: '新增家庭医生团队',
    access: byAdministrator,
    request: { params: request.institutionParams, body: contract.careTeamFacts },
    response: contract.careTeamView,
    status: 201,
    errors: ['TEAM_UNUSABLE', 'PLACE_UNUSABLE'],
    handle: (deps, call) =>
      createCareTeam(deps, { ...call.params, careTeamId: idFromRequest(call), facts: call.body }, call),
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/care-teams/{careTeamId}',
    summary: '修改家庭医生团队',
    access: byAdministrator,
    request: { params: request.careTeamParams, body: request.careTeamUpdate },
    response: contract.careTeamView,
    errors: ['CARE_TEAM_NOT_FOUND', 'TEAM_UNUSABLE'],
    handle: (deps, call) => {
      const { version, ...facts } = call.body;
      return updateCareTeam(deps, { ...call.params, version, facts }, call);
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/care-teams/{careTeamId}/status',
    summary: '启用或停用家庭医生团队',
    access: byAdministrator,
    request: { params: request.careTeamParams, body: request.statusBody },
    response: contract.careTeamView,
    errors: ['CARE_TEAM_NOT_FOUND', 'TEAM_UNUSABLE', 'PLACE_UNUSABLE'],
    handle: (deps, call) => setCareTeamActive(deps, { ...call.params, ...call.body }, call),
  }),
];

export const administratorRoutes: readonly Route[] = [
  ...departmentRoutes,
  ...practitionerRoutes,
  ...careTeamRoutes,
];
