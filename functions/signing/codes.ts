/** The codes of signing, each with the words people read. */

/** 重点人群. Which of them must be covered (应签尽签) is policy. */
export const GROUPS = {
  ELDERLY: '老年人',
  CHILD: '0—6岁儿童',
  PREGNANT: '孕产妇',
  HYPERTENSION: '高血压患者',
  DIABETES: '2型糖尿病患者',
  TUBERCULOSIS: '肺结核患者',
  MENTAL_DISORDER: '严重精神障碍患者',
  DISABLED: '残疾人',
  POVERTY: '建档立卡贫困人口',
  LOW_INCOME: '低保、特困人员',
  FAMILY_PLANNING: '计划生育特殊家庭成员',
} as const;

export type Group = keyof typeof GROUPS;
export const GROUP_CODES = Object.keys(GROUPS) as readonly Group[];

/** How an application came in. */
export const CHANNELS = ['MINI_PROGRAM', 'ASSISTED', 'PAPER'] as const;
export type Channel = (typeof CHANNELS)[number];

export const END_REASONS = {
  TEAM_REJECTED: '家庭医生团队未受理',
  REVIEW_TIMEOUT: '团队未在时限内审核',
  SIGNATURE_TIMEOUT: '双方未在时限内签署协议',
  PAYMENT_TIMEOUT: '未在时限内支付',
  RESIDENT_WITHDREW: '居民撤回申请',
  TERM_OVER: '协议到期未续签',
  MOVED_TO_OTHER_TEAM: '已转签至其他团队',
  TERMINATION_SIGNED: '双方签署解约协议',
  TERMINATION_DUE: '解约申请期满',
  DEATH_REPORTED: '居民死亡',
} as const;

export type EndReason = keyof typeof END_REASONS;
