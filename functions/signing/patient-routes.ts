import type * as z from 'zod/mini';
import { residentOf, staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, none, patient, signed } from '../../shared/access/grants.ts';
import { type Route, route, type Schema } from '../../shared/context.ts';
import { applyForSigning } from './apply-for-signing.ts';
import * as contract from './contracts.ts';
import { withdrawApplication } from './decide-application.ts';
import { signingErrors } from './errors.ts';
import { changeOffer } from './offer-renewal.ts';
import { listOfPatient, showSigning, viewOf } from './show-signing.ts';
import { signAgreement } from './sign-agreement.ts';
import { policyNow } from './signing-moves.ts';
import type { StepDeclaration } from './step-declaration.ts';
import { teams } from './store.ts';
import { recallTermination, requestTermination } from './terminate-signing.ts';
import { useEntitlement } from './use-entitlement.ts';

const FAMILY_DOCTORS: readonly Role[] = ['family-doctor', 'village-doctor'];
/** The person, or whoever may act in their name: a family member who only looks after bookings may not sign. */
const byPatient = allow('resident', patient('patientId', ['SELF', 'GUARDIAN']));
const byPatientOrDoctor = [...allow('resident', patient()), ...allow(FAMILY_DOCTORS, signed())];

function stepRoute<B extends Schema>({ name, summary, body, errors = [], take }: StepDeclaration<B>): Route {
  return route({
    method: 'POST',
    path: `/signing/patients/{patientId}/signings/{signingId}/${name}`,
    summary,
    access: byPatient,
    request: { params: contract.signingParams, body },
    response: contract.signingView,
    errors: ['SIGNING_NOT_FOUND', 'WRONG_STATE', 'PAYMENT_UNDER_WAY', 'STEP_EXPIRED', ...errors],
    audit: 'by-event',
    handle: async (deps, call) => {
      const stepping = { doer: residentOf(call), requestKey: call.requestKey };
      return viewOf(deps, await take(deps, call.params, call.body as z.output<B>, stepping));
    },
  });
}

export const publicRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/signing/packages',
    summary: '家庭医生签约服务包目录',
    access: 'public',
    response: contract.packageList,
    handle: async (deps) => ({
      packages: policyNow(deps).packages.map(({ groups, filedAs, ...one }) => ({
        ...one,
        ...(groups === undefined ? {} : { groups }),
        ...(filedAs === undefined ? {} : { filedAs }),
      })),
    }),
  }),
  route({
    method: 'GET',
    path: '/signing/care-teams/{careTeamId}',
    summary: '家庭医生团队剩余签约名额',
    access: allow(['resident', ...FAMILY_DOCTORS], none),
    request: { params: contract.careTeamParams },
    response: contract.careTeamView,
    errors: ['CARE_TEAM_NOT_FOUND'],
    handle: async ({ table }, { params }) => {
      const team = await teams.get(table, params.careTeamId);
      if (team === undefined) throw signingErrors.refusal('CARE_TEAM_NOT_FOUND');
      const { careTeamId, name, institutionId, active, free } = team;
      return { careTeamId, name, institutionId, active, freePlaces: Math.max(0, free) };
    },
  }),
];

export const patientRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/signing/patients/{patientId}/signings',
    summary: '申请家庭医生签约（或转签）',
    access: byPatient,
    request: { params: contract.patientParams, body: contract.applyBody },
    response: contract.signingView,
    status: 201,
    errors: ['APPLICATION_REFUSED', 'CARE_TEAM_NOT_FOUND'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const signing = await applyForSigning(deps, {
        patientId: call.params.patientId,
        application: call.body,
        doer: residentOf(call),
        requestKey: call.requestKey,
      });
      return viewOf(deps, signing);
    },
  }),
  route({
    method: 'GET',
    path: '/signing/patients/{patientId}/signings',
    summary: '我的签约',
    access: byPatientOrDoctor,
    request: { params: contract.patientParams },
    response: contract.signingList,
    audit: {
      subject: 'signings',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'list' }],
    },
    handle: (deps, { params }) => listOfPatient(deps, params.patientId),
  }),
  route({
    method: 'GET',
    path: '/signing/patients/{patientId}/signings/{signingId}',
    summary: '签约详情与协议',
    access: byPatientOrDoctor,
    request: { params: contract.signingParams },
    response: contract.signingView,
    errors: ['SIGNING_NOT_FOUND'],
    audit: {
      subject: 'signing',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.signingId }],
    },
    handle: (deps, { params }) => showSigning(deps, params),
  }),
  stepRoute({
    name: 'signature',
    summary: '居民签署协议（服务、续签或解约）',
    body: contract.signatureBody,
    errors: ['AGREEMENT_CHANGED', 'ALREADY_SIGNED_BY_YOU'],
    take: (deps, id, body, stepping) => signAgreement(deps, id, 'resident', body, stepping),
  }),
  stepRoute({
    name: 'withdrawal',
    summary: '居民撤回签约申请',
    body: contract.emptyBody,
    take: (deps, id, _body, stepping) => withdrawApplication(deps, id, stepping),
  }),
  stepRoute({
    name: 'renewal-packages',
    summary: '续签时更换个性化服务包',
    body: contract.renewalBody,
    errors: ['APPLICATION_REFUSED'],
    take: changeOffer,
  }),
  stepRoute({
    name: 'termination',
    summary: '居民申请解约',
    body: contract.terminationBody,
    take: (deps, id, body, stepping) => requestTermination(deps, id, 'RESIDENT', body, stepping),
  }),
  stepRoute({
    name: 'termination-recall',
    summary: '居民撤回解约申请',
    body: contract.emptyBody,
    errors: ['NOT_YOUR_REQUEST'],
    take: (deps, id, _body, stepping) => recallTermination(deps, id, 'RESIDENT', stepping),
  }),
  route({
    method: 'POST',
    path: '/signing/patients/{patientId}/signings/{signingId}/uses',
    summary: '登记一次履约（服务项次数减一）',
    access: allow(FAMILY_DOCTORS, signed()),
    request: { params: contract.signingParams, body: contract.useBody },
    response: contract.signingView,
    errors: ['SIGNING_NOT_FOUND', 'NOT_IN_FORCE', 'ENTITLEMENT_UNKNOWN', 'ENTITLEMENT_USED_UP'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { itemId } = call.body;
      const doer = staffOf(call, FAMILY_DOCTORS);
      const signing = await useEntitlement(deps, call.params, { itemId, doer, requestKey: call.requestKey });
      return viewOf(deps, signing);
    },
  }),
];
