import { type Route, route } from '../../shared/context.ts';
import * as contract from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { listInstitutions } from './list-institutions.ts';
import * as request from './requests.ts';
import { searchPractitioners } from './search-practitioners.ts';
import { serviceCategories } from './service-categories.ts';
import { listAlliances, showAlliance, showCapabilities } from './show-alliances.ts';
import { findCareTeams, listCareTeams, showCareTeam } from './show-care-teams.ts';
import { listDepartments, showInstitution, showSubtree } from './show-institution.ts';
import { showPractitioner } from './show-practitioner.ts';

/** Open to everybody: institutions, doctors' public facts, teams and alliances; nothing of any patient. */
export const publicRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/directory/institutions',
    summary: '医疗机构列表（按级别、区划、名称、距离）',
    access: 'public',
    request: { query: request.institutionSearch },
    response: contract.institutionPage,
    handle: (deps: DirectoryDeps, { query }) => listInstitutions(deps, query),
  }),
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}',
    summary: '医疗机构详情',
    access: 'public',
    request: { params: request.institutionParams },
    response: contract.institutionDetail,
    errors: ['INSTITUTION_NOT_FOUND'],
    handle: (deps: DirectoryDeps, { params }) => showInstitution(deps, params.institutionId),
  }),
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}/subtree',
    summary: '下级机构',
    access: 'public',
    request: { params: request.institutionParams, query: request.subtreeQuery },
    response: contract.subtree,
    errors: ['INSTITUTION_NOT_FOUND'],
    handle: (deps: DirectoryDeps, { params, query }) => showSubtree(deps, params.institutionId, query.depth),
  }),
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}/departments',
    summary: '机构的科室',
    access: 'public',
    request: { params: request.institutionParams },
    response: contract.departmentList,
    handle: (deps, { params }) => listDepartments(deps, params.institutionId),
  }),
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}/capabilities',
    summary: '两家机构之间开通的协作',
    access: 'public',
    request: { params: request.institutionParams, query: request.capabilityQuery },
    response: contract.capabilityList,
    handle: (deps: DirectoryDeps, { params, query }) =>
      showCapabilities(deps, params.institutionId, query.with),
  }),
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}/care-teams',
    summary: '机构的家庭医生团队',
    access: 'public',
    request: { params: request.institutionParams },
    response: contract.careTeamList,
    handle: (deps, { params }) => listCareTeams(deps, params.institutionId),
  }),
  route({
    method: 'GET',
    path: '/directory/institutions/{institutionId}/care-teams/{careTeamId}',
    summary: '家庭医生团队详情',
    access: 'public',
    request: { params: request.careTeamParams },
    response: contract.careTeamView,
    errors: ['CARE_TEAM_NOT_FOUND'],
    handle: (deps, { params }) => showCareTeam(deps, params),
  }),
  route({
    method: 'GET',
    path: '/directory/care-teams',
    summary: '服务某乡镇或村居的家庭医生团队',
    access: 'public',
    request: { query: request.careTeamSearch },
    response: contract.careTeamList,
    handle: (deps, { query }) => findCareTeams(deps, query.divisionCode),
  }),
  route({
    method: 'GET',
    path: '/directory/practitioners',
    summary: '查找医生（按科目、病种、姓名、机构、职称、距离）',
    access: 'public',
    request: { query: request.practitionerSearch },
    response: contract.practitionerPage,
    handle: (deps: DirectoryDeps, { query }) => searchPractitioners(deps, query),
  }),
  route({
    method: 'GET',
    path: '/directory/practitioners/{practitionerId}',
    summary: '医生详情',
    access: 'public',
    request: { params: request.practitionerParams },
    response: contract.practitionerView,
    errors: ['PRACTITIONER_NOT_FOUND'],
    handle: (deps: DirectoryDeps, { params }) => showPractitioner(deps, params.practitionerId),
  }),
  route({
    method: 'GET',
    path: '/directory/alliances',
    summary: '医联体列表',
    access: 'public',
    request: { query: request.allianceSearch },
    response: contract.allianceList,
    handle: (deps: DirectoryDeps, { query }) => listAlliances(deps, query),
  }),
  route({
    method: 'GET',
    path: '/directory/alliances/{allianceId}',
    summary: '医联体详情',
    access: 'public',
    request: { params: request.allianceParams },
    response: contract.allianceView,
    errors: ['ALLIANCE_NOT_FOUND'],
    handle: (deps, { params }) => showAlliance(deps, params.allianceId),
  }),
  route({
    method: 'GET',
    path: '/directory/service-categories',
    summary: '诊疗科目名录',
    access: 'public',
    response: contract.serviceCategoryList,
    handle: async () => ({ serviceCategories: [...serviceCategories] }),
  }),
];
