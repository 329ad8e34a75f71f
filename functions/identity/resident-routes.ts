import { ROLES } from '../../shared/access/actor.ts';
import { allow, ownAccount, patient, signed } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { addChild } from './add-child.ts';
import { bindPhone } from './bind-phone.ts';
import type { PatientSummary } from './contracts.ts';
import * as contracts from './contracts.ts';
import { deactivateAccount } from './deactivate-account.ts';
import { endDelegation, removePatient } from './end-relation.ts';
import { endSessions } from './end-sessions.ts';
import { inviteFamilyMember } from './invite-family-member.ts';
import { listAccesses } from './list-accesses.ts';
import { listDelegates } from './list-delegates.ts';
import { listPatients } from './list-patients.ts';
import { openWechatSession } from './open-wechat-session.ts';
import { refreshSession } from './refresh-session.ts';
import { showAccount } from './show-account.ts';
import { showPatient } from './show-patient.ts';
import { verifyIdentity } from './verify-identity.ts';

const resident = allow('resident', ownAccount);

function seen({ patientId }: { readonly patientId: string }): { patientId: string; subjectId: string } {
  return { patientId, subjectId: patientId };
}

/** A masked summary was shown; what was changed stands in the trail by the change's own transaction. */
const patientSeen = {
  subject: 'patient',
  action: 'READ' as const,
  of: ({ response }: { readonly response: PatientSummary }) => [seen(response)],
};

const PERSON_ERRORS = [
  'VERIFICATION_FAILED',
  'VERIFICATION_LIMIT',
  'VERIFIER_UNAVAILABLE',
  'NOTICE_OUTDATED',
  'ID_NUMBER_HELD',
  'ACCOUNT_INACTIVE',
] as const;

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/identity/wechat-sessions',
    summary: '微信登录（首次登录即开户）',
    access: 'public',
    request: { body: contracts.wechatSessionRequest },
    response: contracts.residentSession,
    errors: [
      'WECHAT_CODE_INVALID',
      'WECHAT_CODE_USED',
      'WECHAT_RATE_LIMITED',
      'WECHAT_BLOCKED',
      'WECHAT_BUSY',
      'ACCOUNT_INACTIVE',
    ],
    // WeChat takes a code once, so a repeat is a new login with a new code.
    requestKey: 'not-needed',
    handle: openWechatSession,
  }),
  route({
    method: 'POST',
    path: '/identity/sessions/refresh',
    summary: '续期居民登录',
    access: resident,
    response: contracts.residentSession,
    errors: ['ACCOUNT_INACTIVE'],
    requestKey: 'not-needed',
    handle: refreshSession,
  }),
  route({
    method: 'DELETE',
    path: '/identity/sessions',
    summary: '退出登录（所有设备）',
    access: allow(ROLES, ownAccount),
    response: contracts.done,
    handle: endSessions,
  }),
];

export const accountRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/identity/account',
    summary: '我的账号',
    access: resident,
    response: contracts.residentAccount,
    errors: ['ACCOUNT_INACTIVE'],
    handle: showAccount,
  }),
  route({
    method: 'PUT',
    path: '/identity/account/phone',
    summary: '绑定微信手机号',
    access: resident,
    request: { body: contracts.phoneRequest },
    response: contracts.phoneResponse,
    errors: [
      'WECHAT_CODE_INVALID',
      'WECHAT_CODE_USED',
      'WECHAT_RATE_LIMITED',
      'WECHAT_BLOCKED',
      'WECHAT_BUSY',
      'PHONE_UNSUPPORTED',
      'ACCOUNT_INACTIVE',
    ],
    audit: 'in-handler',
    handle: bindPhone,
  }),
  route({
    method: 'POST',
    path: '/identity/account/verification',
    summary: '实名认证',
    access: resident,
    request: { body: contracts.verificationRequest },
    response: contracts.patientSummary,
    errors: [...PERSON_ERRORS, 'TOO_YOUNG', 'ALREADY_VERIFIED'],
    // The ID number is its own key: repeating changes nothing.
    requestKey: 'not-needed',
    audit: patientSeen,
    handle: verifyIdentity,
  }),
  route({
    method: 'DELETE',
    path: '/identity/account',
    summary: '注销账号',
    access: resident,
    response: contracts.done,
    errors: ['ACCOUNT_INACTIVE'],
    audit: 'in-handler',
    handle: deactivateAccount,
  }),
];

export const familyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/identity/account/patients',
    summary: '我的就诊人',
    access: resident,
    response: contracts.linkedPatients,
    errors: ['ACCOUNT_INACTIVE'],
    audit: {
      subject: 'patient',
      action: 'READ',
      of: ({ response }) => response.patients.map(seen),
    },
    handle: listPatients,
  }),
  route({
    method: 'POST',
    path: '/identity/account/children',
    summary: '添加未成年子女等被监护人',
    access: resident,
    request: { body: contracts.childRequest },
    response: contracts.linkedPatient,
    errors: [
      ...PERSON_ERRORS,
      'NOT_VERIFIED',
      'GUARDIAN_TOO_YOUNG',
      'NOT_A_MINOR',
      'OWN_ID_NUMBER',
      'FAMILY_LIMIT',
    ],
    requestKey: 'not-needed',
    audit: patientSeen,
    handle: addChild,
  }),
  route({
    method: 'POST',
    path: '/identity/account/family-invitations',
    summary: '邀请成年家人（由对方接受）',
    access: resident,
    request: { body: contracts.invitationRequest },
    response: contracts.invitation,
    status: 201,
    errors: ['NOT_VERIFIED', 'INVITATION_UNUSABLE', 'ACCOUNT_INACTIVE'],
    handle: inviteFamilyMember,
  }),
  route({
    method: 'POST',
    path: '/identity/account/accepted-invitations',
    summary: '接受家人邀请，允许对方代我就医',
    access: resident,
    request: { body: contracts.acceptanceRequest },
    response: contracts.acceptance,
    errors: [
      'NOT_VERIFIED',
      'NOTICE_OUTDATED',
      'VERIFICATION_LIMIT',
      'INVITATION_UNUSABLE',
      'OWN_ID_NUMBER',
      'FAMILY_LIMIT',
      'ACCOUNT_INACTIVE',
    ],
    requestKey: 'not-needed',
    audit: 'in-handler',
    handle: acceptInvitation,
  }),
  route({
    method: 'GET',
    path: '/identity/account/delegates',
    summary: '可代我就医的人',
    access: resident,
    response: contracts.delegates,
    errors: ['NOT_VERIFIED', 'ACCOUNT_INACTIVE'],
    handle: listDelegates,
  }),
  route({
    method: 'DELETE',
    path: '/identity/account/delegates/{accountId}',
    summary: '取消家人代我就医',
    access: resident,
    request: { params: contracts.delegateParams },
    response: contracts.done,
    errors: ['NOT_VERIFIED', 'RELATION_NOT_FOUND', 'ACCOUNT_INACTIVE'],
    audit: 'in-handler',
    handle: endDelegation,
  }),
  route({
    method: 'DELETE',
    path: '/identity/account/patients/{patientId}',
    summary: '移除家庭成员',
    access: resident,
    request: { params: contracts.patientParams },
    response: contracts.done,
    errors: ['RELATION_NOT_FOUND', 'ACCOUNT_INACTIVE'],
    audit: 'in-handler',
    handle: removePatient,
  }),
  route({
    method: 'GET',
    path: '/identity/patients/{patientId}',
    summary: '就诊人概要（脱敏）',
    access: [...allow('resident', patient()), ...allow(['family-doctor', 'village-doctor'], signed())],
    request: { params: contracts.patientParams },
    response: contracts.patientSummary,
    audit: patientSeen,
    handle: showPatient,
  }),
  route({
    method: 'GET',
    path: '/identity/patients/{patientId}/accesses',
    summary: '谁查看过我的健康信息',
    access: allow('resident', patient('patientId', ['SELF', 'GUARDIAN'])),
    request: { params: contracts.patientParams, query: contracts.accessQuery },
    response: contracts.accesses,
    audit: {
      subject: 'access-list',
      action: 'READ',
      of: ({ params }) => [seen(params)],
    },
    handle: listAccesses,
  }),
];
