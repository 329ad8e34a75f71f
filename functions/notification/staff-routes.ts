import { staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution, none } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import * as contract from './contracts.ts';
import { claimedTaskOf, listPhoneTasks } from './message-view.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { type PhoneStep, takePhoneStep } from './phone-tasks.ts';
import { countsOf } from './tally.ts';

/** Whoever answers for a clinic's people: they call. */
const CALLERS: readonly Role[] = ['nurse', 'clerk', 'family-doctor', 'village-doctor'];

function stepRoute(step: PhoneStep, summary: string): Route {
  return route({
    method: 'POST',
    path: `/notification/institutions/{institutionId}/phone-tasks/{recipientId}/{messageId}/${step}`,
    summary,
    access: allow(CALLERS, institution()),
    request: { params: contract.phoneTaskParams, body: contract.emptyBody },
    response: contract.phoneTaskView,
    errors: ['PHONE_TASK_NOT_FOUND', 'WRONG_STATE', 'CLAIMED_BY_OTHER'],
    audit: {
      subject: 'message',
      action: 'WRITE',
      of: ({ response: { patientId, messageId } }) =>
        patientId === undefined ? [] : [{ patientId, subjectId: messageId }],
    },
    handle: async (deps: NotificationDeps, call) => {
      const doer = staffOf(call, CALLERS, call.params.institutionId);
      const stepping = { doer, requestKey: call.requestKey };
      return claimedTaskOf(deps, await takePhoneStep(deps, call.params, step, stepping), doer.by);
    },
  });
}

export const staffRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/notification/institutions/{institutionId}/phone-tasks',
    summary: '本机构待电话通知的任务',
    access: allow(CALLERS, institution()),
    request: { params: contract.institutionParams, query: contract.pageQuery },
    response: contract.phoneTaskList,
    audit: {
      subject: 'message',
      action: 'READ',
      of: ({ response }) =>
        response.tasks.flatMap(({ patientId, messageId }) =>
          patientId === undefined ? [] : [{ patientId, subjectId: messageId }],
        ),
    },
    handle: (deps, call) => {
      const { institutionId } = call.params;
      staffOf(call, CALLERS, institutionId);
      return listPhoneTasks(deps, institutionId, call.query.after);
    },
  }),
  stepRoute('claim', '领取电话通知任务'),
  stepRoute('done', '电话已通知到'),
  stepRoute('unreachable', '电话未接通'),
  stepRoute('release', '放弃领取'),
  route({
    method: 'GET',
    path: '/notification/counts',
    summary: '按模板、渠道、结果统计的通知数',
    access: allow('health-authority', none),
    request: { query: contract.dayQuery },
    response: contract.countsView,
    handle: async (deps, { query }) => {
      const day = query.day ?? dayOf(deps.clock.now());
      return { day, counts: [...(await countsOf(deps, day))] };
    },
  }),
];
