import type * as z from 'zod/mini';
import type { signingPolicy } from '../../../functions/signing/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

interface SigningEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof signingPolicy.schema>;
}

const SERVICE = `家庭医生签约服务协议（编号{{number}}）
甲方（居民）自愿与乙方（{{team}}）签约，签约医疗机构：{{institutions}}。
一、协议自双方签署并按约定付费后生效，期限{{months}}个月。
二、服务内容：{{packages}}。
三、个性化服务费用合计{{fee}}元（已扣除补助与减免{{subsidy}}元）；基本服务由基本公共卫生服务经费和医保基金支付。
四、任一方可以申请解约，双方签署解约协议后终止；期满前可以续签。`;

const RENEWAL = `家庭医生签约服务续签协议（编号{{number}}）
双方同意在现协议期满后续签{{months}}个月，签约医疗机构：{{institutions}}，服务团队：{{team}}。
服务内容：{{packages}}。个性化服务费用合计{{fee}}元（已扣除补助与减免{{subsidy}}元）。`;

const TERMINATION = `家庭医生签约服务解约协议（编号{{number}}）
双方同意终止与{{team}}的签约服务协议。自双方签署之日起，乙方不再承担签约服务；已完成的服务不受影响。`;

const usual: SigningEntry['values'] = {
  termMonths: 12,
  residentsPerDoctor: 2000,
  hours: { review: 72, signatures: 7 * 24, payment: 72 },
  paymentGraceMinutes: 30,
  remindAtPercent: 75,
  renewal: { windowDays: 30, remindDaysBefore: [30, 7, 1] },
  instalments: { graceDays: 15 },
  termination: { days: 15, coolingOffDays: 7 },
  combination: 'OPTIONAL',
  areaBound: false,
  groups: [
    { group: 'ELDERLY', mustCover: true, ages: { from: 65, until: 150 } },
    { group: 'CHILD', mustCover: true, ages: { from: 0, until: 6 } },
    { group: 'PREGNANT', mustCover: true },
    { group: 'HYPERTENSION', mustCover: true },
    { group: 'DIABETES', mustCover: true },
    { group: 'TUBERCULOSIS', mustCover: true },
    { group: 'MENTAL_DISORDER', mustCover: true },
    { group: 'DISABLED', mustCover: true },
    { group: 'POVERTY', mustCover: true },
    { group: 'LOW_INCOME', mustCover: true },
    { group: 'FAMILY_PLANNING', mustCover: true },
  ],
  packages: [
    {
      packageId: 'BASIC',
      name: '基本服务包',
      kind: 'BASIC',
      feeFen: 0,
      instalments: 1,
      items: [
        { itemId: 'HEALTH_ASSESSMENT', name: '年度健康评估', perTerm: 1 },
        { itemId: 'FOLLOW_UP', name: '健康随访', perTerm: 4 },
      ],
    },
    {
      packageId: 'HYPERTENSION_CARE',
      name: '高血压个性化服务包',
      kind: 'PERSONALISED',
      feeFen: 12_000,
      instalments: 1,
      groups: ['HYPERTENSION'],
      items: [
        { itemId: 'HOME_PRESSURE', name: '上门测量血压', perTerm: 12 },
        { itemId: 'LIPIDS', name: '血脂检测', perTerm: 2 },
      ],
      filedAs: '演示备案-签约-001',
    },
    {
      packageId: 'DIABETES_CARE',
      name: '糖尿病个性化服务包',
      kind: 'PERSONALISED',
      feeFen: 16_000,
      instalments: 1,
      groups: ['DIABETES'],
      items: [{ itemId: 'HBA1C', name: '糖化血红蛋白检测', perTerm: 4 }],
      filedAs: '演示备案-签约-002',
    },
    {
      packageId: 'ELDERLY_CARE',
      name: '老年人居家服务包',
      kind: 'PERSONALISED',
      feeFen: 24_000,
      instalments: 4,
      groups: ['ELDERLY'],
      items: [
        { itemId: 'HOME_VISIT', name: '上门巡诊', perTerm: 12 },
        { itemId: 'REHABILITATION', name: '康复指导', perTerm: 6 },
      ],
      filedAs: '演示备案-签约-003',
    },
    {
      packageId: 'FAMILY_PLUS',
      name: '家庭健康增值包',
      kind: 'PERSONALISED',
      feeFen: 12_000,
      instalments: 1,
      items: [
        { itemId: 'TELEPHONE', name: '电话健康咨询', perTerm: 24 },
        { itemId: 'EXPERT_BOOKING', name: '专家预约协助', perTerm: 2 },
      ],
      filedAs: '演示备案-签约-004',
    },
  ],
  subsidies: [
    { groups: ['HYPERTENSION', 'DIABETES'], amountFen: 16_000 },
    { groups: ['ELDERLY'], amountFen: 12_000 },
    { groups: ['DIABETES'], amountFen: 10_000 },
    { groups: ['HYPERTENSION'], amountFen: 8_000 },
  ],
  waivers: [
    { group: 'POVERTY', percent: 100 },
    { group: 'LOW_INCOME', percent: 100 },
    { group: 'DISABLED', percent: 50 },
  ],
  templates: {
    SERVICE: { version: '2026-1', text: SERVICE },
    RENEWAL: { version: '2026-1', text: RENEWAL },
    TERMINATION: { version: '2026-1', text: TERMINATION },
  },
};

const SOURCE =
  '期限原则上不少于一年、每名家庭医生签约不超过2000人为国家规定；补助标准见于一公开系统；服务包、减免、各环节时限为本平台建议值，个性化服务包须以当地备案为准';

/** Signed with the community; hospitals of the district and the city may be named. */
export const usualSigning: readonly SigningEntry[] = [
  { from: '2024-01-01', source: SOURCE, mark: 'D', values: usual },
];

/** 1+1+1: one community centre, one district and one municipal hospital. */
export const combinedSigning: readonly SigningEntry[] = [
  {
    from: '2024-01-01',
    source: `${SOURCE}；“1+1+1”组合签约（社区、区级、市级各一家）`,
    mark: 'D',
    values: { ...usual, combination: 'REQUIRED' },
  },
];
