import { ROLES } from '../../shared/access/actor.ts';
import { allow, institution, ownAccount } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { PATIENT_ROLES } from './acting.ts';
import { activateStaff, confirmActivation } from './activate-staff.ts';
import { changePassword } from './change-password.ts';
import { bindStaff, changeStaffRoles, reinstateStaff, suspendStaff } from './change-staff.ts';
import { confirmSecondFactor } from './confirm-second-factor.ts';
import * as contracts from './contracts.ts';
import { createStaff } from './create-staff.ts';
import { decideClaim } from './decide-claim.ts';
import { findPatient } from './find-patient.ts';
import { listClaims } from './list-claims.ts';
import { listStaff } from './list-staff.ts';
import { openStaffSession } from './open-staff-session.ts';
import { registerAtDesk } from './register-patient.ts';
import { registerPatients } from './register-patients.ts';
import { renewCredentials } from './renew-credentials.ts';

const staff = allow(
  ROLES.filter((role) => role !== 'resident'),
  ownAccount,
);
const administrators = allow(['institution-administrator', 'health-authority'], institution());
const assisted = allow(PATIENT_ROLES, institution());
/** Who has the person and the card in front of them. */
const counter = allow('clerk', institution());

/** Why somebody who is staff already cannot take up roles here. */
const IN_OFFICE = [
  'STAFF_NOT_FOUND',
  'ROLE_NOT_ASSIGNABLE',
  'PRACTITIONER_REQUIRED',
  'PRACTITIONER_NOT_HERE',
  'OWN_STAFF_ACCOUNT',
];

export const deskRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/patient-searches',
    summary: '窗口、热线或代办签约的医生按身份证号查找就诊人（留痕）',
    access: assisted,
    request: { params: contracts.institutionParams, body: contracts.patientSearchRequest },
    response: contracts.patientSummary,
    errors: ['PATIENT_NOT_FOUND'],
    // A search by POST, so that no ID number stands in a URL.
    requestKey: 'not-needed',
    audit: 'in-handler',
    handle: findPatient,
  }),
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/patients',
    summary: '窗口或签约医生代办登记就诊人',
    access: assisted,
    request: { params: contracts.institutionParams, body: contracts.deskPatientRequest },
    response: contracts.deskPatient,
    errors: ['VERIFICATION_FAILED', 'VERIFIER_UNAVAILABLE', 'NOTICE_OUTDATED'],
    requestKey: 'not-needed',
    audit: 'in-handler',
    handle: registerAtDesk,
  }),
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/patient-register',
    summary: '批量登记就诊人（机构已有的名册，逐行答复，可重复提交）',
    access: counter,
    request: { params: contracts.institutionParams, body: contracts.patientRegisterRequest },
    response: contracts.patientRegister,
    errors: ['NOTICE_OUTDATED'],
    requestKey: 'not-needed',
    maxBodyBytes: 256 * 1024,
    audit: 'in-handler',
    handle: registerPatients,
  }),
  route({
    method: 'GET',
    path: '/identity/institutions/{institutionId}/identity-claims',
    summary: '待窗口核实的身份申请',
    access: counter,
    request: { params: contracts.institutionParams, query: contracts.claimQuery },
    response: contracts.claims,
    audit: 'in-handler',
    handle: listClaims,
  }),
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/identity-claims/{claimId}/decision',
    summary: '核验身份证后决定身份申请',
    access: counter,
    request: { params: contracts.claimParams, body: contracts.claimDecisionRequest },
    response: contracts.claimDecision,
    errors: [
      'CLAIM_DECIDED',
      'CLAIM_ID_MISMATCH',
      'ALREADY_VERIFIED',
      'FAMILY_LIMIT',
      'NOT_A_MINOR',
      'ACCOUNT_INACTIVE',
    ],
    requestKey: 'not-needed',
    audit: 'in-handler',
    handle: decideClaim,
  }),
];

export const staffSessionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/identity/staff-sessions',
    summary: '工作人员登录（第一步：密码）',
    access: 'public',
    request: { body: contracts.staffSessionRequest },
    response: contracts.staffSession,
    errors: ['CREDENTIALS_WRONG', 'LOCKED', 'INSTITUTION_REQUIRED', 'ACCOUNT_INACTIVE'],
    requestKey: 'not-needed',
    handle: openStaffSession,
  }),
  route({
    method: 'POST',
    path: '/identity/staff-sessions/second-factor',
    summary: '工作人员登录（第二步：动态口令）',
    access: staff,
    request: { body: contracts.secondFactorRequest },
    response: contracts.secondFactorSession,
    errors: ['SECOND_FACTOR_WRONG', 'LOCKED', 'ACCOUNT_INACTIVE', 'STAFF_NOT_FOUND'],
    requestKey: 'not-needed',
    handle: confirmSecondFactor,
  }),
  route({
    method: 'POST',
    path: '/identity/staff-activations',
    summary: '激活账号：设置密码，领取动态口令密钥',
    access: 'public',
    request: { body: contracts.activationRequest },
    response: contracts.activation,
    errors: ['ACTIVATION_UNUSABLE', 'PASSWORD_WEAK', 'LOCKED'],
    requestKey: 'not-needed',
    handle: activateStaff,
  }),
  route({
    method: 'POST',
    path: '/identity/staff-activations/confirmation',
    summary: '激活账号：验证首个动态口令，领取恢复码',
    access: 'public',
    request: { body: contracts.activationConfirmationRequest },
    response: contracts.recoveryCodes,
    errors: ['ACTIVATION_UNUSABLE', 'SECOND_FACTOR_WRONG', 'LOCKED'],
    requestKey: 'not-needed',
    handle: confirmActivation,
  }),
  route({
    method: 'PUT',
    path: '/identity/staff-account/password',
    summary: '修改密码（所有设备需重新登录）',
    access: staff,
    request: { body: contracts.passwordRequest },
    response: contracts.done,
    errors: ['CREDENTIALS_WRONG', 'PASSWORD_WEAK', 'LOCKED', 'STAFF_NOT_FOUND'],
    handle: changePassword,
  }),
];

export const administrationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/identity/institutions/{institutionId}/staff',
    summary: '本机构工作人员',
    access: administrators,
    request: { params: contracts.institutionParams },
    response: contracts.staffList,
    handle: listStaff,
  }),
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/staff',
    summary: '新增工作人员，发放激活码',
    access: administrators,
    request: { params: contracts.institutionParams, body: contracts.staffCreationRequest },
    response: contracts.activationCode,
    status: 201,
    errors: ['LOGIN_NAME_TAKEN', 'ROLE_NOT_ASSIGNABLE', 'PRACTITIONER_REQUIRED', 'PRACTITIONER_NOT_HERE'],
    handle: createStaff,
  }),
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/staff-bindings',
    summary: '将已有工作人员绑定到本机构（多点执业）',
    access: administrators,
    request: { params: contracts.institutionParams, body: contracts.staffBindingRequest },
    response: contracts.staffMember,
    errors: IN_OFFICE,
    requestKey: 'not-needed',
    handle: bindStaff,
  }),
  route({
    method: 'PUT',
    path: '/identity/institutions/{institutionId}/staff/{accountId}/roles',
    summary: '变更工作人员角色（即时下线）',
    access: administrators,
    request: { params: contracts.staffParams, body: contracts.staffRolesRequest },
    response: contracts.staffMember,
    errors: IN_OFFICE,
    handle: changeStaffRoles,
  }),
  route({
    method: 'PUT',
    path: '/identity/institutions/{institutionId}/staff/{accountId}/suspension',
    summary: '停用工作人员（即时下线）',
    access: administrators,
    request: { params: contracts.staffParams },
    response: contracts.staffMember,
    errors: ['STAFF_NOT_FOUND', 'ROLE_NOT_ASSIGNABLE', 'OWN_STAFF_ACCOUNT'],
    handle: suspendStaff,
  }),
  route({
    method: 'DELETE',
    path: '/identity/institutions/{institutionId}/staff/{accountId}/suspension',
    summary: '恢复工作人员',
    access: administrators,
    request: { params: contracts.staffParams },
    response: contracts.staffMember,
    errors: IN_OFFICE,
    handle: reinstateStaff,
  }),
  route({
    method: 'POST',
    path: '/identity/institutions/{institutionId}/staff/{accountId}/activation-code',
    summary: '重置工作人员密码与动态口令，重新发放激活码',
    access: administrators,
    request: { params: contracts.staffParams },
    response: contracts.activationCode,
    status: 201,
    errors: [
      'STAFF_NOT_FOUND',
      'OTHER_HOME',
      'ROLE_NOT_ASSIGNABLE',
      'OWN_STAFF_ACCOUNT',
      'ACTIVATION_UNUSABLE',
    ],
    handle: renewCredentials,
  }),
];
