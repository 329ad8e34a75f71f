import type * as z from 'zod/mini';
import { type Stepping, staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route, type Schema } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { completeVisit, recordArrival, recordFirstVisit, reportDeath, startTreatment } from './attend.ts';
import * as contract from './contracts.ts';
import { decideAtCentre, decideAtCommunity } from './decide-at-centre.ts';
import { DESK_ROLES } from './institution-routes.ts';
import { reviewAtGate, supplementReferral } from './review-at-gate.ts';
import { viewOf } from './show-referral.ts';
import type { Referral, ReferralId } from './store.ts';

interface StepDeclaration<B extends Schema> {
  readonly name: string;
  readonly summary: string;
  readonly roles: readonly Role[];
  readonly body: B;
  readonly errors?: readonly string[];
  readonly take: (deps: Deps, id: ReferralId, body: z.output<B>, stepping: Stepping) => Promise<Referral>;
}

/** A step by staff: by the institution in the path, which is the actor's own, and which the referral waits for. */
function stepRoute<B extends Schema>({
  name,
  summary,
  roles,
  body,
  errors = [],
  take,
}: StepDeclaration<B>): Route {
  return route({
    method: 'POST',
    path: `/referral/institutions/{institutionId}/patients/{patientId}/referrals/{referralId}/${name}`,
    summary,
    access: allow(roles, institution()),
    request: { params: contract.stepParams, body },
    response: contract.referralView,
    errors: ['REFERRAL_NOT_FOUND', 'WRONG_STATE', 'NOT_YOUR_STEP', 'STEP_EXPIRED', ...errors],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { institutionId, ...id } = call.params;
      const stepping = { doer: staffOf(call, roles, institutionId), requestKey: call.requestKey };
      return viewOf(deps, await take(deps, id, call.body as z.output<B>, stepping));
    },
  });
}

export const stepRoutes: readonly Route[] = [
  stepRoute({
    name: 'gate-decision',
    summary: '转出机构审核：通过、退回或不通过',
    roles: DESK_ROLES.gate,
    body: contract.gateBody,
    errors: ['OWN_APPLICATION'],
    take: reviewAtGate,
  }),
  stepRoute({
    name: 'supplement',
    summary: '申请医生补充材料',
    roles: DESK_ROLES.applicant,
    body: contract.supplementBody,
    take: supplementReferral,
  }),
  stepRoute({
    name: 'centre-decision',
    summary: '转诊中心答复：接诊、收住院、退回、拒绝或改派',
    roles: DESK_ROLES.centre,
    body: contract.centreBody,
    errors: [
      'EMERGENCY_NOT_DECLINED',
      'EXPECTED_DAY_NEEDED',
      'REROUTES_SPENT',
      'SAME_TARGET',
      'TARGET_UNKNOWN',
      'TARGET_NOT_HIGHER',
      'OUT_OF_AREA_TITLE',
      'OPEN_REFERRAL',
    ],
    take: decideAtCentre,
  }),
  stepRoute({
    name: 'community-decision',
    summary: '基层机构答复下转：接收或拒绝',
    roles: DESK_ROLES.community,
    body: contract.communityBody,
    take: decideAtCommunity,
  }),
  stepRoute({
    name: 'arrival',
    summary: '登记到院（急诊、住院）；有号源的通过预约签到',
    roles: DESK_ROLES.arrivals,
    body: contract.emptyBody,
    errors: ['CHECK_IN_AT_BOOKING'],
    take: (deps, id, _body, stepping) => recordArrival(deps, id, stepping),
  }),
  stepRoute({
    name: 'treatment',
    summary: '开始诊治',
    roles: DESK_ROLES.treatment,
    body: contract.emptyBody,
    take: (deps, id, _body, stepping) => startTreatment(deps, id, stepping),
  }),
  stepRoute({
    name: 'completion',
    summary: '完成诊疗并反馈小结',
    roles: ['practitioner'],
    body: contract.completionBody,
    take: completeVisit,
  }),
  stepRoute({
    name: 'first-visit',
    summary: '登记下转后的首次随访',
    roles: DESK_ROLES['first-visits'],
    body: contract.firstVisitBody,
    errors: ['DAY_AHEAD'],
    take: recordFirstVisit,
  }),
  stepRoute({
    name: 'death',
    summary: '登记患者死亡，转诊终止',
    roles: ['practitioner', 'family-doctor', 'village-doctor', 'referral-coordinator'],
    body: contract.emptyBody,
    take: (deps, id, _body, stepping) => reportDeath(deps, id, stepping),
  }),
];
