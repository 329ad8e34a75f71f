import { residentOf, staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, patient, signed } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import { applyForReferral } from './apply-for-referral.ts';
import { withdrawReferral } from './attend.ts';
import * as contract from './contracts.ts';
import { listOfPatient, showReferral, viewOf } from './show-referral.ts';

const FAMILY_DOCTORS: readonly Role[] = ['family-doctor', 'village-doctor'];
const byPatient = allow('resident', patient());
const byPatientOrDoctor = [...byPatient, ...allow(FAMILY_DOCTORS, signed())];

export const APPLICATION_REFUSALS = [
  'APPLICATION_REFUSED',
  'OPEN_REFERRAL',
  'PATIENT_UNKNOWN',
  'TARGET_UNKNOWN',
  'DOCTOR_NEEDED',
  'REFERRAL_NOT_FOUND',
];

export const patientRoutes = [
  route({
    method: 'POST',
    path: '/referral/patients/{patientId}/referrals',
    summary: '家庭医生为签约居民申请上转',
    access: allow(FAMILY_DOCTORS, signed()),
    request: { params: contract.patientParams, body: contract.applyBody },
    response: contract.referralView,
    status: 201,
    errors: APPLICATION_REFUSALS,
    audit: 'by-event',
    handle: async (deps, call) => {
      const { urgency, ...application } = call.body;
      const referral = await applyForReferral(deps, {
        patientId: call.params.patientId,
        direction: 'UP',
        urgency,
        application,
        doer: staffOf(call, FAMILY_DOCTORS),
        requestKey: call.requestKey,
      });
      return viewOf(deps, referral);
    },
  }),
  route({
    method: 'GET',
    path: '/referral/patients/{patientId}/referrals',
    summary: '我的转诊',
    access: byPatientOrDoctor,
    request: { params: contract.patientParams },
    response: contract.referralList,
    audit: {
      subject: 'referrals',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'list' }],
    },
    handle: (deps, { params }) => listOfPatient(deps, params.patientId),
  }),
  route({
    method: 'GET',
    path: '/referral/patients/{patientId}/referrals/{referralId}',
    summary: '转诊详情与进度',
    access: byPatientOrDoctor,
    request: { params: contract.referralParams },
    response: contract.referralView,
    errors: ['REFERRAL_NOT_FOUND'],
    audit: {
      subject: 'referral',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.referralId }],
    },
    handle: (deps, { params }) => showReferral(deps, params),
  }),
  route({
    method: 'POST',
    path: '/referral/patients/{patientId}/referrals/{referralId}/withdrawal',
    summary: '居民撤回转诊',
    access: byPatient,
    request: { params: contract.referralParams, body: contract.reasonBody },
    response: contract.referralView,
    errors: ['REFERRAL_NOT_FOUND', 'WRONG_STATE'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const stepping = { doer: residentOf(call), requestKey: call.requestKey };
      return viewOf(deps, await withdrawReferral(deps, call.params, call.body, stepping));
    },
  }),
];
