import type { CriticalPolicy, RecognitionPolicy, ReportPolicy } from '../../../functions/report/policy.ts';
import type { RawPolicy } from '../../../shared/policy/city.ts';
import type { DatedEntry } from '../../../shared/policy/dated.ts';

const keeping: readonly DatedEntry<ReportPolicy>[] = [
  {
    from: '2024-01-01',
    source:
      '互联网诊疗等病历资料保存不少于15年[V]；住院病历不少于30年（医疗机构管理条例实施细则第五十三条）[R]；' +
      'HIV、性病、遗传、精神类结果当面告知[R]；下载与上传链接的时限、文件大小上限、默认授权、趋势年限为本平台建议值[D]；' +
      '换算系数按分子量、化合价与十进位[R]',
    mark: 'R',
    values: {
      keepYears: { OUTPATIENT: 15, EMERGENCY: 15, CHECK_UP: 15, INPATIENT: 30 },
      files: { linkMinutes: 5, uploadMinutes: 30, mostBytes: 50_000_000 },
      sensitive: [
        { category: 'HIV', shown: 'HIDDEN', codes: ['HIV-AB', 'HIV-RNA', 'HIV-WB', 'CD4'] },
        { category: 'STI', shown: 'AT_COUNTER', codes: ['TPPA', 'RPR', 'NG-DNA', 'CT-DNA', 'HPV-TYPE'] },
        { category: 'GENETICS', shown: 'AT_COUNTER', codes: ['BRCA', 'KARYOTYPE', 'NIPT'] },
        { category: 'PSYCHIATRY', shown: 'AT_COUNTER', codes: ['SCL-90', 'HAMD', 'MMPI'] },
      ],
      opensByDefault: { SIGNED: true, REFERRAL: true },
      trendYears: 5,
      units: [
        { code: 'GLU', unit: 'mmol/L', others: [{ unit: 'mg/dL', factor: 0.0555 }] },
        { code: 'CREA', unit: 'umol/L', others: [{ unit: 'mg/dL', factor: 88.4 }] },
        { code: 'CHOL', unit: 'mmol/L', others: [{ unit: 'mg/dL', factor: 0.02586 }] },
        { code: 'TG', unit: 'mmol/L', others: [{ unit: 'mg/dL', factor: 0.01129 }] },
        { code: 'HGB', unit: 'g/L', others: [{ unit: 'g/dL', factor: 10 }] },
        { code: 'K', unit: 'mmol/L', others: [{ unit: 'mEq/L', factor: 1 }] },
        { code: 'NA', unit: 'mmol/L', others: [{ unit: 'mEq/L', factor: 1 }] },
        { code: 'CA', unit: 'mmol/L', others: [{ unit: 'mg/dL', factor: 0.2495 }] },
      ],
    },
  },
];

const critical: readonly DatedEntry<CriticalPolicy>[] = [
  {
    from: '2024-01-01',
    source:
      '危急值须报告、登记并处置（患者安全目标、医疗质量安全核心制度要点）[R]；界值由各地医疗机构与临床商定，' +
      '此处为常见界值[D]；升级时限与层级为本平台建议值[D]',
    mark: 'D',
    values: {
      limits: [
        { code: 'K', name: '血钾', unit: 'mmol/L', low: 2.8, high: 6.2 },
        { code: 'NA', name: '血钠', unit: 'mmol/L', low: 120, high: 160 },
        { code: 'CA', name: '血钙', unit: 'mmol/L', low: 1.75, high: 3.5 },
        { code: 'GLU', name: '血糖', unit: 'mmol/L', low: 2.8, high: 22.2 },
        { code: 'HGB', name: '血红蛋白', unit: 'g/L', low: 50, high: 200 },
        { code: 'PLT', name: '血小板计数', unit: '10^9/L', low: 30, high: 1000 },
        { code: 'WBC', name: '白细胞计数', unit: '10^9/L', low: 1, high: 50 },
        { code: 'CREA', name: '肌酐', unit: 'umol/L', high: 650 },
        { code: 'INR', name: '国际标准化比值', unit: '1', high: 5 },
      ],
      ladder: [
        { afterMinutes: 10, to: 'DEPARTMENT_HEAD' },
        { afterMinutes: 30, to: 'DUTY_DESK' },
      ],
      headTitles: ['chief', 'associate-chief'],
    },
  },
];

const REPEAT_REASONS: RecognitionPolicy['repeatReasons'] = {
  CONDITION_CHANGED: '因病情变化，检查检验结果与患者临床表现、疾病诊断不符，难以满足临床诊疗需求的',
  CHANGES_FAST: '检查检验结果在疾病发展演变过程中变化较快的',
  DECISIVE: '检查检验项目对于疾病诊疗意义重大的',
  EMERGENCY: '患者处于急诊、急救等紧急状态下的',
  FORENSIC: '涉及司法、伤残及病退等鉴定的',
  OTHER_NEED: '其他情形确需复查的',
};

const recognition: readonly DatedEntry<RecognitionPolicy>[] = [
  {
    from: '2024-01-01',
    source:
      '重复检查的六种情形与“区域+HR”标识：医疗机构检查检验结果互认管理办法（国卫医发〔2022〕6号）[R]；' +
      '各项目有效天数与本市清单为本平台建议值[D]',
    mark: 'R',
    values: {
      items: cityItems(),
      tags: [
        { tag: '平顶山HR', scope: 'CITY' },
        { tag: '河南HR', scope: 'PROVINCE' },
        { tag: '全国HR', scope: 'PROVINCE' },
      ],
      repeatReasons: REPEAT_REASONS,
    },
  },
  {
    from: '2026-01-01',
    source:
      '2025年底紧密型医联体内检查检验项目全部互认（国卫医政函2024年11月指导意见）[V]；六种情形与标识[R]；有效天数[D]',
    mark: 'V',
    values: {
      allianceDays: { LABORATORY: 7, IMAGING: 30, PATHOLOGY: 180, ECG: 3 },
      items: cityItems(),
      tags: [
        { tag: '平顶山HR', scope: 'CITY' },
        { tag: '河南HR', scope: 'PROVINCE' },
        { tag: '全国HR', scope: 'PROVINCE' },
      ],
      repeatReasons: REPEAT_REASONS,
    },
  },
];

function cityItems(): RecognitionPolicy['items'] {
  return [
    { code: 'CBC', name: '血常规', days: 3, scope: 'CITY' },
    { code: 'URINE', name: '尿常规', days: 3, scope: 'CITY' },
    { code: 'BIOCHEM', name: '生化全套', days: 7, scope: 'CITY' },
    { code: 'LIPIDS', name: '血脂四项', days: 30, scope: 'CITY' },
    { code: 'HBA1C', name: '糖化血红蛋白', days: 60, scope: 'CITY' },
    { code: 'TSH', name: '促甲状腺激素', days: 30, scope: 'CITY' },
    { code: 'HBSAG', name: '乙型肝炎表面抗原', days: 90, scope: 'PROVINCE' },
    { code: 'ABO', name: 'ABO血型', days: 365, scope: 'ALLIANCE' },
    { code: 'CT-CHEST', name: '胸部CT平扫', days: 30, scope: 'CITY' },
    { code: 'CT-HEAD', name: '头颅CT平扫', days: 14, scope: 'CITY' },
    { code: 'MR-HEAD', name: '头颅磁共振平扫', days: 60, scope: 'CITY' },
    { code: 'DR-CHEST', name: '胸部正位片', days: 30, scope: 'CITY' },
    { code: 'US-ABDOMEN', name: '腹部超声', days: 30, scope: 'CITY' },
  ];
}

/** Every city's, by the country's rules; a city with a list of its own replaces its section. */
export const reportPolicies: RawPolicy = {
  report: keeping,
  'report-critical': critical,
  'report-recognition': recognition,
};
