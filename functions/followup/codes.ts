/** The codes of follow-up, each with the words people read. Sources: 国家基本公共卫生服务规范（第三版）, see policy. */

/** How an answer is judged, the worst first. */
export const LEVELS = {
  EMERGENCY: '危急，须立即处理',
  REFER: '建议转诊',
  UNSATISFACTORY: '控制不满意',
  SATISFACTORY: '控制满意',
} as const;

/** Why a task was made. */
export const KINDS = {
  VISIT: '常规随访',
  RECHECK: '两周内复查',
  REFERRAL_CHECK: '建议转诊后随访',
  EMERGENCY_CHECK: '紧急处理后随访',
  RETURN: '转诊返回后首次随访',
} as const;

export const END_REASONS = {
  COMPLETED: '随访计划已完成',
  DOCTOR_ENDED: '医生终止随访',
  SIGNING_ENDED: '签约终止',
  DEATH_REPORTED: '居民死亡',
} as const;

/** Why a task ended without an answer. */
export const CANCEL_REASONS = {
  DOCTOR_CANCELLED: '医生取消',
  AT_HOSPITAL: '正在上级医院诊治',
  PLAN_ENDED: '随访计划终止',
} as const;

/** Control of a chronic disease over a year. */
export const GRADES = { GOOD: '优良', FAIR: '尚可', POOR: '不良' } as const;

export type Level = keyof typeof LEVELS;
export type Kind = keyof typeof KINDS;
export type EndReason = keyof typeof END_REASONS;
export type CancelReason = keyof typeof CANCEL_REASONS;
export type Grade = keyof typeof GRADES;

export const LEVEL_CODES = Object.keys(LEVELS) as readonly Level[];
