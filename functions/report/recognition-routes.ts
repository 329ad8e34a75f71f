import { staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import * as contract from './contracts.ts';
import { offerResults } from './offer-results.ts';
import { orderExamination } from './order-examination.ts';
import { showCounts } from './recognition-counts.ts';

/** Who may ask for an examination. */
const ORDERING: readonly Role[] = ['practitioner', 'family-doctor', 'village-doctor'];

/** 检查检验结果互认, before and when an examination is asked for. */
export const recognitionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/patients/{patientId}/examination-checks',
    summary: '开单前查询可互认的检查检验结果',
    access: allow(ORDERING, institution()),
    request: { params: contract.institutionPatientParams, body: contract.checkBody },
    response: contract.checkView,
    // It reads; the codes stand in the body, since what a patient is examined for has no place in a URL.
    requestKey: 'not-needed',
    audit: 'in-handler',
    handle: async (deps, call) => {
      const { institutionId, patientId } = call.params;
      const doer = staffOf(call, ORDERING, institutionId);
      const reader = { doer, purpose: 'TREATMENT', requestId: call.requestId } as const;
      const offers = await offerResults(deps, reader, { patientId, institutionId, ...call.body });
      return { offers: [...offers] };
    },
  }),
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/patients/{patientId}/examination-orders',
    summary: '开单：采用互认结果，或注明理由重复检查',
    access: allow(ORDERING, institution()),
    request: { params: contract.institutionPatientParams, body: contract.orderBody },
    response: contract.orderView,
    errors: ['REPEAT_NEEDS_REASON', 'RESULT_NOT_RECOGNISED'],
    audit: 'by-event',
    handle: (deps, call) => {
      const doer = staffOf(call, ORDERING, call.params.institutionId);
      const { requestKey, requestId } = call;
      return orderExamination(deps, { ...call.params, doer, requestKey, requestId }, call.body);
    },
  }),
  route({
    method: 'GET',
    path: '/report/institutions/{institutionId}/recognition-counts',
    summary: '互认与重复检查次数（按月，含口径）',
    access: allow(['institution-administrator', 'health-authority'], institution()),
    request: { params: contract.institutionParams, query: contract.countsQuery },
    response: contract.countsView,
    handle: (deps, { params, query }) => showCounts(deps, params.institutionId, query),
  }),
];
