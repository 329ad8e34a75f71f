import { defineErrors } from '../../shared/kernel/errors.ts';

export const followupErrors = defineErrors({
  PLAN_NOT_FOUND: {
    status: 404,
    message: '未找到该随访计划',
    note: 'no such plan of this patient, or none of this institution',
  },
  TASK_NOT_FOUND: {
    status: 404,
    message: '未找到该随访任务',
    note: 'no such task of this patient, or none of this institution',
  },
  QUESTIONNAIRE_NOT_FOUND: {
    status: 404,
    message: '未找到该问卷',
    note: 'no questionnaire of this id today',
  },
  CARE_TEAM_NOT_FOUND: {
    status: 404,
    message: '未找到该家庭医生团队',
    note: 'no such team, or neither the actor’s nor of their institution',
  },
  NO_PROPOSAL: {
    status: 404,
    message: '该计划没有待办理的转诊建议',
    note: 'nothing was proposed, or it has been followed',
  },
  WRONG_STATE: {
    status: 409,
    message: '当前状态不能进行此操作',
    note: '`context.status` is the state it is in',
  },
  PLAN_EXISTS: {
    status: 409,
    message: '该居民已有同类随访计划',
    note: 'one open plan a patient and template; `context.planId`',
  },
  TEMPLATE_UNKNOWN: {
    status: 422,
    message: '没有该类随访计划',
    note: 'no template of this name in force today',
  },
  ANCHOR_NEEDED: {
    status: 422,
    message: '请填写起算日期',
    note: 'the template counts from a day that has to be given',
  },
  ANCHOR_INVALID: {
    status: 422,
    message: '起算日期有误，或该计划已无可做的随访',
    note: 'in the future, or every visit counted from it has passed',
  },
  NOT_FOLLOWED_HERE: {
    status: 422,
    message: '该居民未与家庭医生团队签约',
    note: 'no contract in force that the plan could stand with',
  },
  DECEASED_RESIDENT: { status: 422, message: '该居民档案已注销', note: 'reported dead' },
  IDENTITY_UNVERIFIED: {
    status: 422,
    message: '该居民尚未完成实名认证',
    note: 'age and birth date are not known',
  },
  QUESTIONNAIRE_CHANGED: {
    status: 409,
    message: '问卷已更新，请重新填写',
    note: '`context.questionnaire` is the one that is asked now',
  },
  DEFERRAL_REFUSED: {
    status: 422,
    message: '不能改到该日期，或改期次数已用完',
    note: '`context.until` is the last day allowed, `context.left` the deferrals left',
  },
});
