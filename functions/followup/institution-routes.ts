import { staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { answerTask } from './answer-task.ts';
import * as contract from './contracts.ts';
import { exportFinished } from './export-finished.ts';
import { listPanel, panelPlace, showPanel } from './show-panel.ts';
import { showPlan, stepShown } from './show-plan.ts';

const FOLLOWERS: readonly Role[] = ['family-doctor', 'village-doctor', 'nurse', 'clerk'];
const byStaff = allow(FOLLOWERS, institution());

/** The team's panel, and the institution's own hand in follow-up: of patients no team has signed, or by telephone. */
export const institutionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/followup/institutions/{institutionId}/care-teams/{careTeamId}/panel',
    summary: '随访面板：今日到期、过期、控制不满意的人数（careTeamId 为 none 时为未签约居民）',
    access: byStaff,
    request: { params: contract.panelParams },
    response: contract.panelView,
    errors: ['CARE_TEAM_NOT_FOUND'],
    handle: async (deps, call) => {
      const doer = staffOf(call, FOLLOWERS, call.params.institutionId);
      return showPanel(deps, await panelPlace(deps, call.params, doer));
    },
  }),
  route({
    method: 'GET',
    path: '/followup/institutions/{institutionId}/care-teams/{careTeamId}/panel/{view}',
    summary: '随访面板名单：今日到期、过期、七日内、控制不满意、待确认、失访（含原因与控制评级）',
    access: byStaff,
    request: { params: contract.panelListParams, query: contract.pageQuery },
    response: contract.rowList,
    errors: ['CARE_TEAM_NOT_FOUND'],
    audit: {
      subject: 'follow-up',
      action: 'READ',
      of: ({ response }) => response.rows.map(({ patientId, planId }) => ({ patientId, subjectId: planId })),
    },
    handle: async (deps, call) => {
      const doer = staffOf(call, FOLLOWERS, call.params.institutionId);
      const place = await panelPlace(deps, call.params, doer);
      return listPanel(deps, place, call.params.view, call.query.after);
    },
  }),
  route({
    method: 'GET',
    path: '/followup/institutions/{institutionId}/patients/{patientId}/plans/{planId}',
    summary: '本机构负责的随访计划',
    access: byStaff,
    request: { params: contract.institutionPlanParams },
    response: contract.planView,
    errors: ['PLAN_NOT_FOUND'],
    audit: {
      subject: 'follow-up',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.planId }],
    },
    handle: (deps, call) => showPlan(deps, call.params, staffOf(call, FOLLOWERS, call.params.institutionId)),
  }),
  route({
    method: 'POST',
    path: '/followup/institutions/{institutionId}/patients/{patientId}/plans/{planId}/tasks/{taskId}/answer',
    summary: '本机构人员代为填写随访问卷（电话、上门或门诊随访）',
    access: byStaff,
    request: { params: contract.institutionTaskParams, body: contract.answerBody },
    response: contract.taskAnswer,
    errors: ['TASK_NOT_FOUND', 'WRONG_STATE', 'QUESTIONNAIRE_CHANGED', 'IDENTITY_UNVERIFIED'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { institutionId, ...id } = call.params;
      const stepping = { doer: staffOf(call, FOLLOWERS, institutionId), requestKey: call.requestKey };
      return stepShown(deps, await answerTask(deps, id, call.body, stepping));
    },
  }),
  route({
    method: 'GET',
    path: '/followup/institutions/{institutionId}/finished/{month}',
    summary: '按月导出已完成的随访（供上报接口使用，避免重复录入）',
    access: allow(['clerk', 'institution-administrator'], institution()),
    request: { params: contract.exportParams, query: contract.pageQuery },
    response: contract.exportList,
    audit: {
      subject: 'follow-up',
      action: 'READ',
      of: ({ response }) =>
        response.followUps.map(({ patientId, planId }) => ({ patientId, subjectId: planId })),
    },
    handle: async (deps, call) => {
      staffOf(call, ['clerk', 'institution-administrator'], call.params.institutionId);
      return exportFinished(deps, call.params, call.query.after);
    },
  }),
];
