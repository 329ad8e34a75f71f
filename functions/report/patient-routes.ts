import { residentOf } from '../../shared/access/acting.ts';
import { allow, patient } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { saveConsent, showConsents } from './consents.ts';
import * as contract from './contracts.ts';

const HOME = allow('resident', patient('patientId', ['SELF', 'GUARDIAN']));

export const patientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/report/patients/{patientId}/consents',
    summary: '谁可以查看我的报告',
    access: HOME,
    request: { params: contract.patientParams },
    response: contract.consentView,
    audit: {
      subject: 'report-consent',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'all' }],
    },
    handle: (deps, { params }) => showConsents(deps, params.patientId),
  }),
  route({
    method: 'PUT',
    path: '/report/patients/{patientId}/consents/{kind}',
    summary: '授权或撤回授权：签约医生、转诊接诊机构、指定医疗机构',
    access: HOME,
    request: { params: contract.consentParams, body: contract.consentBody },
    response: contract.consentView,
    audit: 'by-event',
    handle: (deps, call) => saveConsent(deps, { ...call.params, doer: residentOf(call) }, call.body),
  }),
];
