import { staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import * as contract from './contracts.ts';
import { saveRecord, showRecord } from './health-record.ts';
import { listGap, requireDivision } from './must-cover.ts';
import { ratesOfDivision, ratesOfInstitution } from './rates.ts';
import { populations } from './store.ts';

const FAMILY_DOCTORS: readonly Role[] = ['family-doctor', 'village-doctor'];
const KEEPERS: readonly Role[] = [...FAMILY_DOCTORS, 'clerk'];
const MANAGERS: readonly Role[] = ['institution-administrator', 'health-authority'];

/** 建档, 应签尽签 and the rates of both. */
export const coverageRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/signing/institutions/{institutionId}/patients/{patientId}/health-record',
    summary: '建立或更新居民健康档案的签约信息：居住地与重点人群',
    access: allow(KEEPERS, institution()),
    request: { params: contract.institutionPatientParams, body: contract.recordBody },
    response: contract.recordView,
    errors: ['IDENTITY_UNVERIFIED', 'RECORD_EXISTS', 'DECEASED_RESIDENT'],
    audit: 'in-handler',
    handle: (deps, call) =>
      saveRecord(deps, {
        patientId: call.params.patientId,
        doer: staffOf(call, KEEPERS, call.params.institutionId),
        body: call.body,
      }),
  }),
  route({
    method: 'GET',
    path: '/signing/institutions/{institutionId}/patients/{patientId}/health-record',
    summary: '居民的建档信息',
    access: allow(KEEPERS, institution()),
    request: { params: contract.institutionPatientParams },
    response: contract.recordView,
    errors: ['RECORD_ELSEWHERE'],
    audit: {
      subject: 'health-record',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.patientId }],
    },
    handle: (deps, call) =>
      showRecord(
        deps,
        call.params.patientId,
        staffOf(call, KEEPERS, call.params.institutionId).institutionId,
      ),
  }),
  route({
    method: 'GET',
    path: '/signing/institutions/{institutionId}/divisions/{divisionCode}/must-cover',
    summary: '应签未签名单：登记在重点人群、未签约的居民',
    access: allow([...FAMILY_DOCTORS, 'institution-administrator'], institution()),
    request: { params: contract.residenceParams, query: contract.gapQuery },
    response: contract.gapList,
    errors: ['OTHER_DIVISION'],
    audit: {
      subject: 'must-cover',
      action: 'READ',
      of: ({ response }) => response.residents.map(({ patientId }) => ({ patientId, subjectId: patientId })),
    },
    handle: async (deps, { params, query }) => {
      await requireDivision(deps, params);
      return listGap(deps, { divisionCode: params.divisionCode, ...query });
    },
  }),
  route({
    method: 'GET',
    path: '/signing/institutions/{institutionId}/divisions/{divisionCode}/rates',
    summary: '辖区建档率、签约率与重点人群签约率（含分子、分母、口径）',
    access: allow(MANAGERS, institution()),
    request: { params: contract.divisionParams },
    response: contract.divisionRates,
    errors: ['OTHER_DIVISION'],
    handle: async (deps, { params }) => {
      await requireDivision(deps, params);
      return ratesOfDivision(deps, params.divisionCode);
    },
  }),
  route({
    method: 'GET',
    path: '/signing/institutions/{institutionId}/rates',
    summary: '机构与各团队签约率（含分子、分母、口径）',
    access: allow([...MANAGERS, 'family-doctor'], institution()),
    request: { params: contract.institutionParams },
    response: contract.institutionRates,
    handle: (deps, { params }) => ratesOfInstitution(deps, params.institutionId),
  }),
  route({
    method: 'PUT',
    path: '/signing/institutions/{institutionId}/divisions/{divisionCode}/population',
    summary: '登记辖区人口（各率的分母，注明来源与日期）',
    access: allow('health-authority', institution()),
    request: { params: contract.divisionParams, body: contract.populationBody },
    response: contract.populationView,
    errors: ['OTHER_DIVISION'],
    handle: async (deps, { params, body }) => {
      await requireDivision(deps, params);
      const { divisionCode } = params;
      await populations.put(deps.table, divisionCode, { divisionCode, ...body });
      return { divisionCode, ...body };
    },
  }),
];
