import { defineErrors } from '../../shared/kernel/errors.ts';

export const referralErrors = defineErrors({
  REFERRAL_NOT_FOUND: {
    status: 404,
    message: '未找到该转诊',
    note: 'no such referral of this patient, or none that concerns this institution',
  },
  WRONG_STATE: {
    status: 409,
    message: '转诊当前状态不能进行此操作',
    note: '`context.status` is the state it is in',
  },
  NOT_YOUR_STEP: {
    status: 403,
    message: '该环节由其他机构办理',
    note: 'the referral waits for another institution',
  },
  OWN_APPLICATION: {
    status: 403,
    message: '不能审核自己提交的转诊申请',
    note: 'the gate review is made by somebody else than the applicant',
  },
  STEP_EXPIRED: {
    status: 409,
    message: '该环节已超过办理时限',
    note: 'the decision came after the end of the wait',
  },
  APPLICATION_REFUSED: {
    status: 422,
    message: '暂时不能提交转诊申请，请查看具体原因',
    note: 'one or more reasons, all listed in `reasons`',
  },
  OPEN_REFERRAL: {
    status: 409,
    message: '该专科已有未结束的转诊',
    note: 'one open referral a patient and specialty; `context.referralId`',
  },
  PATIENT_UNKNOWN: { status: 422, message: '未找到该就诊人', note: 'no verified patient of this id' },
  TARGET_UNKNOWN: { status: 422, message: '未找到接诊科室', note: 'no active department there' },
  TARGET_NOT_HIGHER: {
    status: 422,
    message: '上转须转往更高级别的医疗机构',
    note: 'by the level of both institutions',
  },
  TARGET_NOT_LOWER: {
    status: 422,
    message: '下转须转往基层医疗机构',
    note: 'the target is no community, township or village institution, or not below',
  },
  OUTSIDE_REASON_NEEDED: {
    status: 422,
    message: '转往签约组合以外的机构须说明理由',
    note: 'neither above the applicant in the tree nor in an alliance with it',
  },
  OUT_OF_AREA_TITLE: {
    status: 422,
    message: '转往外地须由二级以上医院副主任医师及以上提出',
    note: 'title and level as policy asks',
  },
  ATTACHMENTS_MISSING: { status: 422, message: '请补充检查检验等材料', note: '`detail.least`' },
  FIRST_VISIT_NEEDED: { status: 422, message: '须先由家庭医生完成首诊', note: 'policy firstVisitNeeded' },
  CRITERION_TEXT_NEEDED: { status: 422, message: '选择“其他”时须填写说明', note: 'criterion OTHER' },
  CRITERION_UNKNOWN: { status: 422, message: '转诊指征与转诊方向不符', note: 'codes of the other direction' },
  STANDING_TOO_LONG: {
    status: 422,
    message: '定期转诊的次数或期限超出规定',
    note: '`detail.mostVisits`, `detail.mostDays`',
  },
  PLAN_NEEDED: { status: 422, message: '下转须附后续治疗与康复计划', note: 'a down-referral has a plan' },
  DAY_AHEAD: {
    status: 422,
    message: '知情同意、首诊和随访日期不能晚于今天',
    note: 'what is said to have been is of today at the latest',
  },
  DOCTOR_NEEDED: { status: 403, message: '须由执业医师办理', note: 'the session has no practitioner' },
  REROUTES_SPENT: { status: 422, message: '改派次数已达上限', note: 'policy mostReroutes' },
  SAME_TARGET: { status: 422, message: '改派须选择其他科室', note: 'the referral is there already' },
  EMERGENCY_NOT_DECLINED: {
    status: 422,
    message: '急诊转诊不得拒收或退回',
    note: 'it may be re-routed',
  },
  EXPECTED_DAY_NEEDED: {
    status: 422,
    message: '住院安排须写明预计入院日期，且不得过远',
    note: 'a day from today on, at most `context.mostDays` ahead',
  },
  CHECK_IN_AT_BOOKING: {
    status: 409,
    message: '有号源的患者请通过预约签到',
    note: 'who has a number checks in at booking, which tells of it',
  },
  REFERRAL_ELSEWHERE: {
    status: 409,
    message: '转诊已进入其他环节',
    note: 'answers a waiting state machine: look up where the referral stands',
  },
});
