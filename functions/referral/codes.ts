/** The codes of referral, each with the words people read. */

/** Why a patient goes up: the seven indications of the national rules. */
export const UP_CRITERIA = {
  CRITICAL: '病情危重、疑难复杂',
  BEYOND_CAPABILITY: '超出本机构诊治能力',
  MASS_CASUALTY: '重大公共卫生事件或群体伤病',
  LACKS_EQUIPMENT: '缺少相应技术或设备',
  OUTSIDE_CATEGORY: '超出核准的诊疗科目',
  HIGHER_EXAM: '需上级医院检查以明确诊断',
  OTHER: '其他需要上转的情形',
} as const;

/** Why a patient comes down: five of the national rules, three of 河池's alliance. */
export const DOWN_CRITERIA = {
  CLEAR_OR_CHRONIC: '诊断明确、无需特殊治疗或需长期管理的慢性病',
  PATIENT_WISH: '患者要求回基层治疗',
  LONG_TERM_NURSING: '需长期护理的老年患者',
  COMMON_DISEASE: '常见病、多发病',
  JOINTLY_AGREED: '双方协商认为适宜下转',
  ACUTE_RECOVERY: '急性期治疗后病情稳定、进入恢复期',
  POSTOPERATIVE_RECOVERY: '手术后恢复期',
  CRITICAL_STABLE: '危重症病情稳定期',
} as const;

/** Most pressing first: the order in worklists. */
export const URGENCIES = {
  EMERGENCY: '急诊',
  GREEN: '绿色通道',
  URGENT: '加急',
  ORDINARY: '普通',
} as const;

/** Why a referral ended otherwise than by a completed visit. */
export const END_REASONS = {
  GATE_TIMEOUT: '本机构未在时限内审核',
  DOCUMENTS_TIMEOUT: '未在时限内补充材料',
  ACCEPT_TIMEOUT: '接诊机构未在时限内答复',
  NO_NUMBER_TIMEOUT: '未能在时限内安排号源',
  CONFIRM_TIMEOUT: '您未在时限内确认或支付',
  VISIT_MISSED: '未在约定时间到院',
  TREATMENT_UNREPORTED: '接诊机构未在时限内反馈诊疗结果',
  FIRST_VISIT_MISSED: '基层机构未在时限内完成首次随访',
  NUMBER_CANCELLED: '您取消了为转诊保留的号源',
  PATIENT_WITHDREW: '您已撤回转诊',
  DECIDED: '经审核决定',
  DEATH_REPORTED: '转诊已终止',
} as const;

export type Urgency = keyof typeof URGENCIES;
export type EndReason = keyof typeof END_REASONS;
export type Direction = 'UP' | 'DOWN';

export const URGENCY_CODES = Object.keys(URGENCIES) as readonly Urgency[];
