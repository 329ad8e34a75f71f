import { type Doer, residentOf, staffOf } from '../../shared/access/acting.ts';
import type { Actor, Role } from '../../shared/access/actor.ts';
import { allow, patient, signed } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { answerTask } from './answer-task.ts';
import * as contract from './contracts.ts';
import { draftReferral } from './draft-referral.ts';
import { endPlan } from './end-plan.ts';
import { cancelTask, deferTask } from './move-task.ts';
import { openPlan } from './open-plan.ts';
import { questionnaireNow } from './questionnaires.ts';
import { listPlans, listTasks, showPlan, stepShown, viewOf } from './show-plan.ts';
import { showTrends } from './show-trends.ts';

const FAMILY_DOCTORS: readonly Role[] = ['family-doctor', 'village-doctor'];
const byDoctor = allow(FAMILY_DOCTORS, signed());
const byPatientOrDoctor = [...allow('resident', patient()), ...byDoctor];

/** The patient, a family member who agreed, or a doctor of the signed team. */
function doerOf(call: { readonly actor: Actor | undefined; readonly traceparent: string }): Doer {
  return call.actor?.kind === 'resident' ? residentOf(call) : staffOf(call, FAMILY_DOCTORS);
}

const ofPlans = {
  subject: 'follow-ups',
  action: 'READ',
  of: ({ params }: { readonly params: { readonly patientId: string } }) => [
    { patientId: params.patientId, subjectId: 'list' },
  ],
} as const;
const ofPlan = {
  subject: 'follow-up',
  action: 'READ',
  of: ({ params }: { readonly params: { readonly patientId: string; readonly planId: string } }) => [
    { patientId: params.patientId, subjectId: params.planId },
  ],
} as const;

export const patientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/followup/questionnaires/{questionnaireId}',
    summary: '随访问卷（FHIR Questionnaire）',
    access: 'public',
    request: { params: contract.questionnaireParams },
    response: contract.questionnaireView,
    errors: ['QUESTIONNAIRE_NOT_FOUND'],
    handle: async (deps, { params }) => questionnaireNow(deps, params.questionnaireId),
  }),
  route({
    method: 'GET',
    path: '/followup/patients/{patientId}/plans',
    summary: '我的随访计划与当前任务',
    access: byPatientOrDoctor,
    request: { params: contract.patientParams },
    response: contract.planList,
    audit: ofPlans,
    handle: (deps, { params }) => listPlans(deps, params.patientId),
  }),
  route({
    method: 'POST',
    path: '/followup/patients/{patientId}/plans',
    summary: '签约医生开立随访计划（或确认系统建议的计划）',
    access: byDoctor,
    request: { params: contract.patientParams, body: contract.openBody },
    response: contract.planView,
    status: 201,
    errors: [
      'PLAN_EXISTS',
      'TEMPLATE_UNKNOWN',
      'ANCHOR_NEEDED',
      'ANCHOR_INVALID',
      'NOT_FOLLOWED_HERE',
      'DECEASED_RESIDENT',
      'IDENTITY_UNVERIFIED',
    ],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { template, anchor } = call.body;
      const plan = await openPlan(deps, {
        patientId: call.params.patientId,
        template,
        ...(anchor === undefined ? {} : { anchor }),
        doer: doerOf(call),
        requestKey: call.requestKey,
      });
      return viewOf(deps, plan);
    },
  }),
  route({
    method: 'GET',
    path: '/followup/patients/{patientId}/plans/{planId}',
    summary: '随访计划详情',
    access: byPatientOrDoctor,
    request: { params: contract.planParams },
    response: contract.planView,
    errors: ['PLAN_NOT_FOUND'],
    audit: ofPlan,
    handle: (deps, { params }) => showPlan(deps, params),
  }),
  route({
    method: 'GET',
    path: '/followup/patients/{patientId}/plans/{planId}/tasks',
    summary: '随访计划的全部任务',
    access: byPatientOrDoctor,
    request: { params: contract.planParams, query: contract.pageQuery },
    response: contract.taskList,
    audit: ofPlan,
    handle: (deps, { params, query }) => listTasks(deps, params, query.after),
  }),
  route({
    method: 'GET',
    path: '/followup/patients/{patientId}/plans/{planId}/trends',
    summary: '历次随访的指标变化',
    access: byPatientOrDoctor,
    request: { params: contract.planParams },
    response: contract.trendList,
    errors: ['PLAN_NOT_FOUND'],
    audit: ofPlan,
    handle: (deps, { params }) => showTrends(deps, params),
  }),
  route({
    method: 'POST',
    path: '/followup/patients/{patientId}/plans/{planId}/end',
    summary: '签约医生终止随访计划',
    access: byDoctor,
    request: { params: contract.planParams, body: contract.emptyBody },
    response: contract.planView,
    errors: ['PLAN_NOT_FOUND', 'WRONG_STATE'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const stepping = { doer: doerOf(call), requestKey: call.requestKey };
      const { plan } = await endPlan(deps, call.params, 'DOCTOR_ENDED', stepping);
      return viewOf(deps, plan);
    },
  }),
  route({
    method: 'GET',
    path: '/followup/patients/{patientId}/plans/{planId}/referral-draft',
    summary: '按规则预填的转诊申请',
    access: byDoctor,
    request: { params: contract.planParams },
    response: contract.referralDraft,
    errors: ['PLAN_NOT_FOUND', 'NO_PROPOSAL'],
    audit: ofPlan,
    handle: (deps, { params }) => draftReferral(deps, params),
  }),
  route({
    method: 'POST',
    path: '/followup/patients/{patientId}/plans/{planId}/tasks/{taskId}/answer',
    summary: '填写随访问卷（本人、家属或签约医生）',
    access: byPatientOrDoctor,
    request: { params: contract.taskParams, body: contract.answerBody },
    response: contract.taskAnswer,
    errors: ['TASK_NOT_FOUND', 'WRONG_STATE', 'QUESTIONNAIRE_CHANGED', 'IDENTITY_UNVERIFIED'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const stepping = { doer: doerOf(call), requestKey: call.requestKey };
      return stepShown(deps, await answerTask(deps, call.params, call.body, stepping));
    },
  }),
  route({
    method: 'POST',
    path: '/followup/patients/{patientId}/plans/{planId}/tasks/{taskId}/deferral',
    summary: '改期（顺延至工作日）',
    access: byPatientOrDoctor,
    request: { params: contract.taskParams, body: contract.deferBody },
    response: contract.taskAnswer,
    errors: ['TASK_NOT_FOUND', 'WRONG_STATE', 'DEFERRAL_REFUSED'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const stepping = { doer: doerOf(call), requestKey: call.requestKey };
      return stepShown(deps, await deferTask(deps, call.params, call.body, stepping));
    },
  }),
  route({
    method: 'POST',
    path: '/followup/patients/{patientId}/plans/{planId}/tasks/{taskId}/cancellation',
    summary: '签约医生取消一次随访',
    access: byDoctor,
    request: { params: contract.taskParams, body: contract.emptyBody },
    response: contract.taskAnswer,
    errors: ['TASK_NOT_FOUND', 'WRONG_STATE'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const stepping = { doer: doerOf(call), requestKey: call.requestKey };
      return stepShown(deps, await cancelTask(deps, call.params, stepping));
    },
  }),
];
