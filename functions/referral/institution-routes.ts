import { staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { applyForReferral } from './apply-for-referral.ts';
import * as contract from './contracts.ts';
import { showCounts } from './counts.ts';
import type { Desk } from './desks.ts';
import { APPLICATION_REFUSALS } from './patient-routes.ts';
import { listAtDesk, listSent, showReferral, viewOf } from './show-referral.ts';

/** Who works at which desk. */
export const DESK_ROLES: Readonly<Record<Desk | 'sent', readonly Role[]>> = {
  gate: ['referral-coordinator', 'institution-administrator'],
  applicant: ['family-doctor', 'village-doctor', 'practitioner'],
  centre: ['referral-coordinator'],
  community: ['referral-coordinator', 'family-doctor', 'village-doctor'],
  pending: ['referral-coordinator'],
  arrivals: ['referral-coordinator', 'clerk', 'nurse'],
  treatment: ['practitioner', 'nurse'],
  'first-visits': ['family-doctor', 'village-doctor'],
  sent: ['referral-coordinator', 'family-doctor', 'village-doctor', 'practitioner'],
};

const SUMMARIES: Readonly<Record<Desk | 'sent', string>> = {
  gate: '待本机构审核的转诊申请',
  applicant: '被退回、待补充材料的转诊申请',
  centre: '待转诊中心答复的上转',
  community: '待接收的下转',
  pending: '已接诊、待安排号源或待居民确认的转诊',
  arrivals: '已确认、待到院的转诊',
  treatment: '已到院、诊治中的转诊',
  'first-visits': '已接收下转、待首次随访',
  sent: '本机构转出的转诊',
};

const STAFF: readonly Role[] = [
  'family-doctor',
  'village-doctor',
  'practitioner',
  'nurse',
  'clerk',
  'referral-coordinator',
];

const worklists = (Object.keys(DESK_ROLES) as readonly (Desk | 'sent')[]).map(
  (desk): Route =>
    route({
      method: 'GET',
      path: `/referral/institutions/{institutionId}/${desk}`,
      summary: SUMMARIES[desk],
      access: allow(DESK_ROLES[desk], institution()),
      request: { params: contract.institutionParams, query: contract.pageQuery },
      response: contract.referralList,
      audit: {
        subject: 'referral',
        action: 'READ',
        of: ({ response }) =>
          response.referrals.map(({ patientId, referralId }) => ({ patientId, subjectId: referralId })),
      },
      handle: (deps, call) => {
        const { institutionId } = staffOf(call, DESK_ROLES[desk], call.params.institutionId);
        return desk === 'sent'
          ? listSent(deps, institutionId, call.query.after)
          : listAtDesk(deps, institutionId, desk, call.query.after);
      },
    }),
);

export const institutionRoutes = [
  ...worklists,
  route({
    method: 'GET',
    path: '/referral/institutions/{institutionId}/counts',
    summary: '上转与下转数量（按首次接诊月份）',
    access: allow(['referral-coordinator', 'institution-administrator', 'health-authority'], institution()),
    request: { params: contract.institutionParams, query: contract.countsQuery },
    response: contract.countsView,
    handle: (deps, { params, query }) => showCounts(deps, params.institutionId, query),
  }),
  route({
    method: 'GET',
    path: '/referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}',
    summary: '本机构经办的转诊详情',
    access: allow(STAFF, institution()),
    request: { params: contract.stepParams },
    response: contract.referralView,
    errors: ['REFERRAL_NOT_FOUND'],
    audit: {
      subject: 'referral',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.referralId }],
    },
    handle: (deps, call) =>
      showReferral(deps, call.params, staffOf(call, STAFF, call.params.institutionId).institutionId),
  }),
  route({
    method: 'POST',
    path: '/referral/institutions/{institutionId}/patients/{patientId}/referrals',
    summary: '医院医生发起上转或下转',
    access: allow('practitioner', institution()),
    request: { params: contract.institutionPatientParams, body: contract.hospitalApplyBody },
    response: contract.referralView,
    status: 201,
    errors: APPLICATION_REFUSALS,
    audit: 'by-event',
    handle: async (deps, call) => {
      const { urgency, direction, ...application } = call.body;
      const referral = await applyForReferral(deps, {
        patientId: call.params.patientId,
        direction,
        urgency,
        application,
        doer: staffOf(call, ['practitioner'], call.params.institutionId),
        requestKey: call.requestKey,
      });
      return viewOf(deps, referral);
    },
  }),
  route({
    method: 'POST',
    path: '/referral/institutions/{institutionId}/patients/{patientId}/emergencies',
    summary: '急诊上转：不经院内审核，单独留痕',
    access: allow(['family-doctor', 'village-doctor', 'practitioner'], institution()),
    request: { params: contract.institutionPatientParams, body: contract.emergencyBody },
    response: contract.referralView,
    status: 201,
    errors: APPLICATION_REFUSALS,
    audit: 'by-event',
    handle: async (deps, call) => {
      const roles: readonly Role[] = ['family-doctor', 'village-doctor', 'practitioner'];
      const referral = await applyForReferral(deps, {
        patientId: call.params.patientId,
        direction: 'UP',
        urgency: 'EMERGENCY',
        application: call.body,
        doer: staffOf(call, roles, call.params.institutionId),
        requestKey: call.requestKey,
      });
      return viewOf(deps, referral);
    },
  }),
];
