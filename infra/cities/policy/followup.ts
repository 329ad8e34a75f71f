import type * as z from 'zod/mini';
import type { followupPolicy, Template } from '../../../functions/followup/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';
import * as rules from './followup-rules.ts';

interface FollowupEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof followupPolicy.schema>;
}

const SERVICE = '《国家基本公共卫生服务规范（第三版）》';
/** 两周内随访: after every answer that is not satisfactory. */
const CHECK_DAYS = 14;

/** What the rules leave open, and we propose. */
const OWN_CHECK = '异常者2周内随访为本平台建议值';
const OWN_CHECKS = '异常者2周内随访、连续两次建议转诊为本平台建议值';
const OWN_WINDOW = '首次时间与前后宽限为本平台建议值';

type Visits = Template['visits'];

function visit(name: string, from: string, at: string, until: string): Visits[number] {
  return { name, from, at, until };
}

/** Four visits a year: the day lies on a fixed grid from the opening, so that a late visit moves none after it. */
const QUARTERLY: Template['repeat'] = { first: 'P7D', every: 'P3M', daysBefore: 14, daysAfter: 21 };

const templates: readonly Template[] = [
  {
    template: 'HYPERTENSION',
    name: '高血压患者随访',
    anchor: 'OPENING',
    visits: [],
    repeat: QUARTERLY,
    questionnaire: 'hypertension',
    rules: rules.hypertensionRules,
    consecutive: 2,
    checkDays: CHECK_DAYS,
    control: {
      controlled: [
        { question: 'sbp', comparator: '<', value: 140 },
        { question: 'dbp', comparator: '<', value: 90 },
      ],
      goodMonths: 9,
      fairMonths: 6,
      source: '个体血压控制评价：全年血压<140/90mmHg达9个月以上为优良，6—9个月为尚可，不足6个月为不良',
      mark: 'V',
    },
    diagnosis: { icd10: 'I10', text: '原发性高血压' },
    outlivesSigning: false,
    source: `${SERVICE}高血压患者健康管理服务规范：每年至少4次面对面随访；连续两次控制不满意建议转诊，2周内随访；${OWN_WINDOW}`,
    mark: 'V',
  },
  {
    template: 'DIABETES',
    name: '2型糖尿病患者随访',
    anchor: 'OPENING',
    visits: [],
    repeat: QUARTERLY,
    questionnaire: 'diabetes',
    rules: rules.diabetesRules,
    consecutive: 2,
    checkDays: CHECK_DAYS,
    diagnosis: { icd10: 'E11.900', text: '2型糖尿病' },
    outlivesSigning: false,
    source: `${SERVICE}2型糖尿病患者健康管理服务规范：每年至少4次随访并测空腹血糖；连续两次控制不满意建议转诊，2周内随访；${OWN_WINDOW}`,
    mark: 'V',
  },
  {
    template: 'ELDERLY',
    name: '老年人健康管理',
    anchor: 'OPENING',
    visits: [],
    repeat: { first: 'P30D', every: 'P1Y', daysBefore: 30, daysAfter: 60 },
    questionnaire: 'elderly',
    rules: rules.elderlyRules,
    checkDays: CHECK_DAYS,
    outlivesSigning: false,
    source: `${SERVICE}老年人健康管理服务规范：65岁及以上每年1次；${OWN_WINDOW}；${OWN_CHECK}`,
    mark: 'R',
  },
  {
    template: 'MENTAL_DISORDER',
    name: '严重精神障碍患者随访',
    anchor: 'OPENING',
    visits: [],
    repeat: QUARTERLY,
    questionnaire: 'mental-disorder',
    rules: rules.mentalDisorderRules,
    consecutive: 2,
    checkDays: CHECK_DAYS,
    outlivesSigning: false,
    source: `${SERVICE}严重精神障碍患者管理服务规范：每年至少4次随访，不稳定者2周时随访；${OWN_WINDOW}；${OWN_CHECKS}`,
    mark: 'R',
  },
  {
    template: 'TUBERCULOSIS',
    name: '肺结核患者随访',
    anchor: 'GIVEN',
    visits: [visit('首次入户随访', 'P0D', 'P2D', 'P3D')],
    repeat: { first: 'P1M', every: 'P1M', daysBefore: 7, daysAfter: 10, times: 12 },
    questionnaire: 'tuberculosis',
    rules: rules.tuberculosisRules,
    consecutive: 2,
    checkDays: CHECK_DAYS,
    outlivesSigning: true,
    source: `${SERVICE}肺结核患者健康管理服务规范：接到通知72小时内第一次入户随访，其后每月至少1次；12次为本平台建议上限；${OWN_WINDOW}；${OWN_CHECKS}`,
    mark: 'R',
  },
  {
    template: 'ANTENATAL',
    name: '孕期随访',
    anchor: 'GIVEN',
    visits: [
      visit('孕早期（13周前）', 'P0D', 'P12W', 'P13W'),
      visit('孕16—20周', 'P16W', 'P18W', 'P20W'),
      visit('孕21—24周', 'P21W', 'P22W', 'P24W'),
      visit('孕28—36周', 'P28W', 'P32W', 'P36W'),
      visit('孕37—40周', 'P37W', 'P38W', 'P40W'),
    ],
    questionnaire: 'pregnancy',
    rules: rules.pregnancyRules,
    checkDays: CHECK_DAYS,
    outlivesSigning: false,
    source: `${SERVICE}孕产妇健康管理服务规范：孕期至少5次（13周前、16—20、21—24、28—36、37—40周），自末次月经起算；${OWN_CHECK}`,
    mark: 'R',
  },
  {
    template: 'POSTNATAL',
    name: '产后访视',
    anchor: 'GIVEN',
    visits: [visit('产后访视', 'P3D', 'P7D', 'P7D'), visit('产后42天检查', 'P42D', 'P42D', 'P56D')],
    questionnaire: 'pregnancy',
    rules: rules.pregnancyRules,
    checkDays: CHECK_DAYS,
    outlivesSigning: false,
    source: `${SERVICE}孕产妇健康管理服务规范：产后7天内家庭访视，产后42天检查，自分娩日起算；42天检查的宽限为本平台建议值；${OWN_CHECK}`,
    mark: 'R',
  },
  {
    template: 'CHILD',
    name: '0—6岁儿童健康管理',
    anchor: 'BIRTH',
    visits: [
      visit('新生儿家庭访视', 'P0D', 'P7D', 'P7D'),
      visit('新生儿满月', 'P28D', 'P28D', 'P30D'),
      ...[3, 6, 8, 12, 18, 24, 30, 36].map((months) =>
        visit(`${months}月龄`, `P${months}M`, `P${months}M`, `P${months}M21D`),
      ),
      ...[4, 5, 6].map((years) => visit(`${years}岁`, `P${years}Y`, `P${years}Y`, `P${years}Y60D`)),
    ],
    questionnaire: 'child',
    rules: rules.childRules,
    checkDays: CHECK_DAYS,
    outlivesSigning: false,
    source: `${SERVICE}0—6岁儿童健康管理服务规范：出院后1周内访视，28—30天，3、6、8、12、18、24、30、36月龄，4、5、6岁；月龄后的宽限为本平台建议值；${OWN_CHECK}`,
    mark: 'R',
  },
  {
    template: 'POST_OPERATIVE',
    name: '术后随访',
    anchor: 'GIVEN',
    visits: [
      visit('术后1周', 'P5D', 'P7D', 'P10D'),
      visit('术后2周', 'P12D', 'P14D', 'P18D'),
      visit('术后1个月', 'P27D', 'P1M', 'P1M7D'),
      visit('术后3个月', 'P83D', 'P3M', 'P3M14D'),
    ],
    questionnaire: 'recovery',
    rules: rules.recoveryRules,
    consecutive: 2,
    checkDays: CHECK_DAYS,
    outlivesSigning: true,
    source: `各次时间为本平台建议值，各医院以自己的术后随访常规为准；${OWN_CHECKS}`,
    mark: 'D',
  },
  {
    template: 'DOWN_REFERRAL',
    name: '下转后随访',
    anchor: 'OPENING',
    visits: [
      visit('下转后首次随访', 'P1D', 'P14D', 'P14D'),
      visit('下转后1个月', 'P1M', 'P1M', 'P1M14D'),
      visit('下转后3个月', 'P3M', 'P3M', 'P3M14D'),
    ],
    questionnaire: 'recovery',
    rules: rules.recoveryRules,
    consecutive: 2,
    checkDays: CHECK_DAYS,
    outlivesSigning: true,
    source: `下转后2周内首次随访（与转诊后2周内随访的规定一致）；其后两次为本平台建议值；${OWN_CHECKS}`,
    mark: 'D',
  },
];

const usual: FollowupEntry['values'] = {
  templates: [...templates],
  groups: [
    { group: 'HYPERTENSION', template: 'HYPERTENSION', mode: 'OPEN' },
    { group: 'DIABETES', template: 'DIABETES', mode: 'OPEN' },
    { group: 'ELDERLY', template: 'ELDERLY', mode: 'OPEN' },
    { group: 'MENTAL_DISORDER', template: 'MENTAL_DISORDER', mode: 'OPEN' },
    { group: 'CHILD', template: 'CHILD', mode: 'OPEN' },
    { group: 'TUBERCULOSIS', template: 'TUBERCULOSIS', mode: 'PROPOSE' },
    { group: 'PREGNANT', template: 'ANTENATAL', mode: 'PROPOSE' },
  ],
  downReferral: 'DOWN_REFERRAL',
  returnDays: 14,
  reminders: { from: '08:30', until: '20:00', spreadMinutes: 60, daysBefore: 1 },
  overdue: { attempts: 3, everyDays: 7, lostAfterDays: 30 },
  deferral: { most: 2, mostDays: 14 },
  yearsWithoutNotice: 'WEEKDAYS',
};

/** Our proposals, but for the templates and rules: each of them names its own source. */
export const usualFollowup: readonly FollowupEntry[] = [
  {
    from: '2024-01-01',
    source:
      '各计划与规则的来源写在各自的条目中；转诊返回后2周内随访为国家规定[V]；提醒时段与提前天数、分散时长、过期后的提醒与失访时限、' +
      '改期次数与天数、节假日通知发布前按周一至周五排期，均为本平台建议值[D]',
    mark: 'D',
    values: usual,
  },
];
