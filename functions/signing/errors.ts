import { defineErrors } from '../../shared/kernel/errors.ts';

export const signingErrors = defineErrors({
  SIGNING_NOT_FOUND: {
    status: 404,
    message: '未找到该签约',
    note: 'no such signing of this patient, or none of this team',
  },
  CARE_TEAM_NOT_FOUND: { status: 404, message: '未找到该家庭医生团队', note: 'no such team' },
  WRONG_STATE: {
    status: 409,
    message: '签约当前状态不能进行此操作',
    note: '`context.status` is the state it is in',
  },
  STEP_EXPIRED: {
    status: 409,
    message: '该环节已超过办理时限',
    note: 'the decision came after the end of the wait',
  },
  NOT_YOUR_TEAM: {
    status: 403,
    message: '只能由签约团队的医生办理',
    note: 'the session’s practitioner is not in the team',
  },
  APPLICATION_REFUSED: {
    status: 422,
    message: '暂时不能签约，请查看具体原因',
    note: 'one or more reasons, all listed in `reasons`',
  },
  IDENTITY_UNVERIFIED: { status: 422, message: '请先完成实名认证', note: 'no verified patient of this id' },
  ALREADY_SIGNED: {
    status: 409,
    message: '您已与家庭医生团队签约',
    note: 'rule S1; `detail.signingId`: `replaces` moves it',
  },
  ALREADY_APPLIED: {
    status: 409,
    message: '您已有一份待办理的签约申请',
    note: 'rule S1; `detail.signingId`',
  },
  NOTHING_TO_REPLACE: {
    status: 422,
    message: '没有可以转签的协议',
    note: '`replaces` is not the contract in force, or is with the same team',
  },
  TEAM_FULL: { status: 409, message: '该团队签约名额已满', note: 'rule S2: no free place' },
  TEAM_CLOSED: { status: 422, message: '该团队暂不接受签约', note: 'switched off in the directory' },
  OUTSIDE_AREA: { status: 422, message: '居住地不在该团队服务区域内', note: 'policy areaBound' },
  RESIDENCE_NEEDED: {
    status: 422,
    message: '请填写居住地',
    note: 'neither the record nor the application says where',
  },
  PACKAGE_UNKNOWN: {
    status: 422,
    message: '未找到所选服务包',
    note: 'no personalised package of this id in force today',
  },
  PACKAGE_NOT_FOR_YOU: { status: 422, message: '所选服务包不适用于该居民', note: '`detail.packageId`' },
  COMBINATION_INVALID: {
    status: 422,
    message: '签约组合须为一家社区、一家区级、一家市级医疗机构',
    note: 'policy combination; levels secondary and tertiary',
  },
  DECEASED_RESIDENT: { status: 422, message: '该居民档案已注销', note: 'reported dead' },
  CAPTURE_INVALID: {
    status: 422,
    message: '离线采集的时间有误',
    note: 'captured in the future, or longer ago than the time for signatures',
  },
  AGREEMENT_CHANGED: {
    status: 409,
    message: '协议内容已更新，请重新阅读后签署',
    note: 'the hash is not that of the agreement that waits',
  },
  ALREADY_SIGNED_BY_YOU: {
    status: 409,
    message: '您已签署该协议',
    note: 'the other party has still to sign',
  },
  PAYMENT_UNDER_WAY: {
    status: 409,
    message: '费用正在支付，请先关闭支付再办理',
    note: 'close the settlement first',
  },
  ENTITLEMENT_UNKNOWN: {
    status: 422,
    message: '签约服务包中没有该项服务',
    note: 'not in the packages of this signing',
  },
  ENTITLEMENT_USED_UP: {
    status: 409,
    message: '该项服务次数已用完',
    note: 'rule S4: no use is left in this term',
  },
  NOT_IN_FORCE: {
    status: 409,
    message: '协议当前不在有效状态，不能使用服务',
    note: 'suspended, or not active',
  },
  RECORD_EXISTS: {
    status: 409,
    message: '该居民已建立健康档案',
    note: 'one record a resident; `context.institutionId` keeps it',
  },
  NOT_YOUR_REQUEST: { status: 403, message: '只能由提出解约的一方撤回', note: 'recalled by the other party' },
  RECORD_ELSEWHERE: {
    status: 404,
    message: '本机构没有该居民的健康档案',
    note: 'none, or kept by another institution',
  },
  TERM_NOT_RUNNING: {
    status: 422,
    message: '签约日期有误或协议已到期',
    note: 'of a register: signed in the future, or longer ago than a term',
  },
  OTHER_DIVISION: {
    status: 403,
    message: '只能查看本辖区的数据',
    note: 'the division is not the institution’s',
  },
  SIGNING_ELSEWHERE: {
    status: 409,
    message: '签约已进入其他环节',
    note: 'answers a waiting state machine: look up where it stands',
  },
});
