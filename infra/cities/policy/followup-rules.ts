import type { Rule, Template } from '../../../functions/followup/policy.ts';

/** What makes an answer unsatisfactory, dangerous or a case for a hospital: thresholds, each with its source. */

type Condition = Rule['when'][number];

const SERVICE = '《国家基本公共卫生服务规范（第三版）》';
const HYPERTENSION = `${SERVICE}高血压患者健康管理服务规范`;
const DIABETES = `${SERVICE}2型糖尿病患者健康管理服务规范`;

function is(question: string, comparator: Condition['comparator'], value: Condition['value']): Condition {
  return { question, comparator, value };
}

const ADVERSE: Rule = {
  ruleId: 'ADVERSE_REACTION',
  when: [is('adverseReaction', '=', true)],
  level: 'UNSATISFACTORY',
  finding: 'ADVERSE_REACTION',
  text: '药物不良反应',
  source: `${SERVICE}：出现药物不良反应2周内随访，连续两次难以控制建议转诊`,
  mark: 'V',
};
const COMPLICATION: Rule = {
  ruleId: 'COMPLICATION',
  when: [is('complication', '=', true)],
  level: 'REFER',
  finding: 'COMPLICATION',
  text: '出现新的并发症或原有并发症加重',
  source: `${SERVICE}：出现新的并发症或原有并发症加重，建议转诊，2周内主动随访转诊情况`,
  mark: 'V',
};

function danger(text: string, source: string, mark: Rule['mark']): Rule {
  return {
    ruleId: 'DANGER_SIGNS',
    when: [is('dangerSigns', '=', true)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text,
    source,
    mark,
  };
}

/** Danger first: what is named first is the reason that the alarm gives. */
export const hypertensionRules: Template['rules'] = [
  {
    ruleId: 'SBP_DANGER',
    when: [is('sbp', '>=', 180)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text: '收缩压≥180mmHg',
    source: `${HYPERTENSION}：收缩压≥180mmHg须在处理后紧急转诊，2周内随访`,
    mark: 'V',
  },
  {
    ruleId: 'DBP_DANGER',
    when: [is('dbp', '>=', 110)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text: '舒张压≥110mmHg',
    source: `${HYPERTENSION}：舒张压≥110mmHg须在处理后紧急转诊，2周内随访`,
    mark: 'V',
  },
  danger('出现危急症状', `${HYPERTENSION}：意识改变、剧烈头痛等危急情况之一须紧急转诊`, 'V'),
  {
    ruleId: 'SBP_HIGH',
    when: [is('sbp', '>=', 140)],
    ages: { until: 64 },
    level: 'UNSATISFACTORY',
    finding: 'BLOOD_PRESSURE',
    text: '收缩压≥140mmHg',
    source: `${HYPERTENSION}：收缩压≥140mmHg为控制不满意，65岁及以上另有界值`,
    mark: 'V',
  },
  {
    ruleId: 'SBP_HIGH_ELDERLY',
    when: [is('sbp', '>=', 150)],
    ages: { from: 65 },
    level: 'UNSATISFACTORY',
    finding: 'BLOOD_PRESSURE',
    text: '65岁及以上收缩压≥150mmHg',
    source: `${HYPERTENSION}：65岁及以上以150/90mmHg为界（见于一公开来源）`,
    mark: 'V',
  },
  {
    ruleId: 'DBP_HIGH',
    when: [is('dbp', '>=', 90)],
    level: 'UNSATISFACTORY',
    finding: 'BLOOD_PRESSURE',
    text: '舒张压≥90mmHg',
    source: `${HYPERTENSION}：舒张压≥90mmHg为控制不满意，老年人相同`,
    mark: 'V',
  },
  COMPLICATION,
  ADVERSE,
];

export const diabetesRules: Template['rules'] = [
  {
    ruleId: 'FPG_HIGH_DANGER',
    when: [is('fpg', '>=', 16.7)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text: '空腹血糖≥16.7mmol/L',
    source: `${DIABETES}：血糖≥16.7mmol/L须在处理后紧急转诊`,
    mark: 'V',
  },
  {
    ruleId: 'FPG_LOW_DANGER',
    when: [is('fpg', '<=', 3.9)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text: '空腹血糖≤3.9mmol/L',
    source: `${DIABETES}：血糖≤3.9mmol/L须在处理后紧急转诊`,
    mark: 'V',
  },
  {
    ruleId: 'SBP_DANGER',
    when: [is('sbp', '>=', 180)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text: '收缩压≥180mmHg',
    source: `${DIABETES}：收缩压≥180mmHg属危急情况`,
    mark: 'R',
  },
  {
    ruleId: 'DBP_DANGER',
    when: [is('dbp', '>=', 110)],
    level: 'EMERGENCY',
    finding: 'DANGER',
    text: '舒张压≥110mmHg',
    source: `${DIABETES}：舒张压≥110mmHg属危急情况`,
    mark: 'R',
  },
  danger('出现危急症状', `${DIABETES}：意识改变、深大呼吸等危急情况之一须紧急转诊`, 'R'),
  {
    ruleId: 'FPG_HIGH',
    when: [is('fpg', '>=', 7)],
    level: 'UNSATISFACTORY',
    finding: 'GLUCOSE',
    text: '空腹血糖≥7.0mmol/L',
    source: `${DIABETES}：空腹血糖≥7.0mmol/L为控制不满意，2周内随访`,
    mark: 'R',
  },
  COMPLICATION,
  ADVERSE,
];

export const elderlyRules: Template['rules'] = [
  ...hypertensionRules.filter(({ level, ruleId }) => level === 'EMERGENCY' && ruleId !== 'DANGER_SIGNS'),
  ...diabetesRules.filter(({ ruleId }) => ruleId.startsWith('FPG_') && ruleId.endsWith('DANGER')),
];

const MENTAL = `${SERVICE}严重精神障碍患者管理服务规范`;

export const mentalDisorderRules: Template['rules'] = [
  ...['LEVEL_3', 'LEVEL_4', 'LEVEL_5'].map(
    (level): Rule => ({
      ruleId: `RISK_${level}`,
      when: [is('risk', '=', level)],
      level: 'EMERGENCY',
      finding: 'DANGER',
      text: '危险性评估为3—5级',
      source: `${MENTAL}：危险性为3—5级，紧急处理后立即转诊，2周内随访`,
      mark: 'R',
    }),
  ),
  {
    ruleId: 'UNSTABLE',
    when: [is('condition', '=', 'UNSTABLE')],
    level: 'UNSATISFACTORY',
    finding: 'CONDITION',
    text: '病情不稳定',
    source: `${MENTAL}：病情不稳定者2周时随访`,
    mark: 'R',
  },
  {
    ruleId: 'BASICALLY_STABLE',
    when: [is('condition', '=', 'BASICALLY_STABLE')],
    level: 'UNSATISFACTORY',
    finding: 'CONDITION',
    text: '病情基本稳定，尚未达到稳定',
    source: `${MENTAL}：病情基本稳定者2周时随访`,
    mark: 'R',
  },
  ADVERSE,
];

export const tuberculosisRules: Template['rules'] = [COMPLICATION, ADVERSE];

export const pregnancyRules: Template['rules'] = [
  danger(
    '出现危急征象',
    `${SERVICE}孕产妇健康管理服务规范：有危急征象者立即转上级医疗卫生机构，2周内随访`,
    'R',
  ),
  {
    ruleId: 'SBP_HIGH',
    when: [is('sbp', '>=', 140)],
    level: 'REFER',
    finding: 'BLOOD_PRESSURE',
    text: '孕期收缩压≥140mmHg',
    source: '妊娠期高血压诊断界值140/90mmHg，发现异常转诊并2周内随访（凭记忆）',
    mark: 'R',
  },
  {
    ruleId: 'DBP_HIGH',
    when: [is('dbp', '>=', 90)],
    level: 'REFER',
    finding: 'BLOOD_PRESSURE',
    text: '孕期舒张压≥90mmHg',
    source: '妊娠期高血压诊断界值140/90mmHg，发现异常转诊并2周内随访（凭记忆）',
    mark: 'R',
  },
];

export const childRules: Template['rules'] = [
  danger('出现危急征象', `${SERVICE}0—6岁儿童健康管理服务规范：发现异常及时转诊`, 'R'),
  {
    ruleId: 'DELAY',
    when: [is('delay', '=', true)],
    level: 'REFER',
    finding: 'DEVELOPMENT',
    text: '发育评估异常',
    source: `${SERVICE}0—6岁儿童健康管理服务规范：发育偏异者转诊并追踪`,
    mark: 'R',
  },
];

export const recoveryRules: Template['rules'] = [
  danger('出现危急症状', '本平台建议：出院后出现危急症状立即处理', 'D'),
  {
    ruleId: 'WORSE',
    when: [is('recovery', '=', 'WORSE')],
    level: 'REFER',
    finding: 'RECOVERY',
    text: '病情加重',
    source: '本平台建议：恢复期病情加重建议转诊',
    mark: 'D',
  },
  {
    ruleId: 'SLOW',
    when: [is('recovery', '=', 'SLOW')],
    level: 'UNSATISFACTORY',
    finding: 'RECOVERY',
    text: '恢复缓慢',
    source: '本平台建议：恢复缓慢2周内复查',
    mark: 'D',
  },
  ADVERSE,
];
