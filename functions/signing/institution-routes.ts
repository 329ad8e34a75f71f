import type * as z from 'zod/mini';
import { staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route, type Schema } from '../../shared/context.ts';
import { applyForSigning } from './apply-for-signing.ts';
import * as contract from './contracts.ts';
import { reviewApplication } from './decide-application.ts';
import { listAtDesk, showSigning, viewOf } from './show-signing.ts';
import { signAgreement } from './sign-agreement.ts';
import type { StepDeclaration } from './step-declaration.ts';
import { recallTermination, reportDeath, requestTermination } from './terminate-signing.ts';

const FAMILY_DOCTORS: readonly Role[] = ['family-doctor', 'village-doctor'];

/** A step by a doctor of the team; the institution in the path is the one that employs them. */
function stepRoute<B extends Schema>({ name, summary, body, errors = [], take }: StepDeclaration<B>): Route {
  return route({
    method: 'POST',
    path: `/signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}/${name}`,
    summary,
    access: allow(FAMILY_DOCTORS, institution()),
    request: { params: contract.stepParams, body },
    response: contract.signingView,
    errors: [
      'SIGNING_NOT_FOUND',
      'WRONG_STATE',
      'NOT_YOUR_TEAM',
      'PAYMENT_UNDER_WAY',
      'STEP_EXPIRED',
      ...errors,
    ],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { institutionId, ...id } = call.params;
      const stepping = { doer: staffOf(call, FAMILY_DOCTORS, institutionId), requestKey: call.requestKey };
      return viewOf(deps, await take(deps, id, call.body as z.output<B>, stepping));
    },
  });
}

export const institutionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/signing/institutions/{institutionId}/care-teams/{careTeamId}/desks/{desk}',
    summary: '团队待办与签约居民：待审核、待签署、待支付、有效、待续签、暂停、解约中',
    access: allow(FAMILY_DOCTORS, institution()),
    request: { params: contract.deskParams, query: contract.pageQuery },
    response: contract.signingList,
    errors: ['CARE_TEAM_NOT_FOUND'],
    audit: {
      subject: 'signing',
      action: 'READ',
      of: ({ response }) =>
        response.signings.map(({ patientId, signingId }) => ({ patientId, subjectId: signingId })),
    },
    handle: (deps, call) => {
      const doer = staffOf(call, FAMILY_DOCTORS, call.params.institutionId);
      const { careTeamId, desk } = call.params;
      return listAtDesk(deps, { careTeamId, desk, doer }, call.query.after);
    },
  }),
  route({
    method: 'GET',
    path: '/signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}',
    summary: '本机构经办的签约详情与协议',
    access: allow(FAMILY_DOCTORS, institution()),
    request: { params: contract.stepParams },
    response: contract.signingView,
    errors: ['SIGNING_NOT_FOUND'],
    audit: {
      subject: 'signing',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.signingId }],
    },
    handle: (deps, call) =>
      showSigning(deps, call.params, staffOf(call, FAMILY_DOCTORS, call.params.institutionId)),
  }),
  route({
    method: 'POST',
    path: '/signing/institutions/{institutionId}/patients/{patientId}/signings',
    summary: '村医、家庭医生协助居民签约（可离线采集后补传）',
    access: allow(FAMILY_DOCTORS, institution()),
    request: { params: contract.institutionPatientParams, body: contract.assistedBody },
    response: contract.signingView,
    status: 201,
    // The capture's own id is the key: a device that has been without a network sends it as often as it likes.
    requestKey: 'not-needed',
    errors: ['APPLICATION_REFUSED', 'CARE_TEAM_NOT_FOUND'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { capture, ...application } = call.body;
      const doer = staffOf(call, FAMILY_DOCTORS, call.params.institutionId);
      const signing = await applyForSigning(deps, {
        patientId: call.params.patientId,
        application,
        captured: { ...capture, witness: doer.by },
        doer,
        requestKey: capture.captureId,
      });
      return viewOf(deps, signing);
    },
  }),
  stepRoute({
    name: 'review',
    summary: '团队审核签约申请',
    body: contract.reviewBody,
    take: reviewApplication,
  }),
  stepRoute({
    name: 'signature',
    summary: '团队签署协议（服务、续签或解约）',
    body: contract.signatureBody,
    errors: ['AGREEMENT_CHANGED', 'ALREADY_SIGNED_BY_YOU'],
    take: (deps, id, body, stepping) => signAgreement(deps, id, 'team', body, stepping),
  }),
  stepRoute({
    name: 'termination',
    summary: '团队提出解约',
    body: contract.terminationBody,
    take: (deps, id, body, stepping) => requestTermination(deps, id, 'TEAM', body, stepping),
  }),
  stepRoute({
    name: 'termination-recall',
    summary: '团队撤回解约',
    body: contract.emptyBody,
    errors: ['NOT_YOUR_REQUEST'],
    take: (deps, id, _body, stepping) => recallTermination(deps, id, 'TEAM', stepping),
  }),
  stepRoute({
    name: 'death',
    summary: '登记居民死亡，签约终止',
    body: contract.emptyBody,
    take: (deps, id, _body, stepping) => reportDeath(deps, id, stepping),
  }),
];
