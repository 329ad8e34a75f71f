import type * as z from 'zod/mini';
import type { questionnairePolicy } from '../../../functions/followup/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

interface QuestionnaireEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof questionnairePolicy.schema>;
}

type Questionnaire = QuestionnaireEntry['values']['questionnaires'][number];
type Item = Questionnaire['item'][number];

/** What a device can show and a person can have: beyond it somebody has mistyped. Limits of input, not of medicine. */
interface Measure {
  readonly unit: string;
  readonly code: string;
  readonly min: number;
  readonly max: number;
}

const PRESSURE: Measure = { unit: 'mmHg', code: 'mmHg', min: 30, max: 300 };
const GLUCOSE: Measure = { unit: 'mmol/L', code: 'mmol-L', min: 0.5, max: 60 };
const WEIGHT: Measure = { unit: 'kg', code: 'kg', min: 1, max: 300 };
const LENGTH: Measure = { unit: 'cm', code: 'cm', min: 30, max: 250 };

function measured(
  linkId: string,
  text: string,
  { unit, code, min, max }: Measure,
  more: Partial<Item> = {},
): Item {
  return {
    linkId,
    text,
    type: 'decimal',
    ...more,
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/minValue', valueDecimal: min },
      { url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueDecimal: max },
      {
        url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit',
        valueCoding: { code, display: unit },
      },
    ],
  };
}

function yesNo(linkId: string, text: string, more: Partial<Item> = { required: true }): Item {
  return { linkId, text, type: 'boolean', ...more };
}

function choice(linkId: string, text: string, options: Readonly<Record<string, string>>): Item {
  const answerOption = Object.entries(options).map(([code, display]) => ({ valueCoding: { code, display } }));
  return { linkId, text, type: 'choice', required: true, answerOption };
}

function words(linkId: string, text: string, more: Partial<Item> = {}): Item {
  return { linkId, text, type: 'string', maxLength: 500, ...more };
}

function whenYes(question: string): Partial<Item> {
  return { enableWhen: [{ question, operator: '=', answerBoolean: true }], required: true };
}

const ADVERSE: readonly Item[] = [
  yesNo('adverseReaction', '服药后是否有不良反应'),
  words('adverseReactionText', '不良反应的表现', whenYes('adverseReaction')),
];
const COMPLICATION = yesNo('complication', '是否出现新的并发症或原有并发症加重');
const MEDICATION = choice('medication', '服药依从性', {
  REGULAR: '规律',
  INTERMITTENT: '间断',
  NONE: '不服药',
});

function questionnaire(id: string, title: string, item: readonly Item[]): Questionnaire {
  return { resourceType: 'Questionnaire', id, version: '2026-1', status: 'active', title, item: [...item] };
}

const all: readonly Questionnaire[] = [
  questionnaire('hypertension', '高血压患者随访', [
    measured('sbp', '收缩压', PRESSURE, { required: true }),
    measured('dbp', '舒张压', PRESSURE, { required: true }),
    yesNo('dangerSigns', '是否有意识改变、剧烈头痛或头晕、恶心呕吐、视物模糊、胸痛、呼吸困难等'),
    MEDICATION,
    ...ADVERSE,
    COMPLICATION,
    measured('weight', '体重', WEIGHT),
    words('remark', '其他情况'),
  ]),
  questionnaire('diabetes', '2型糖尿病患者随访', [
    measured('fpg', '空腹血糖', GLUCOSE, { required: true }),
    measured('sbp', '收缩压', PRESSURE),
    measured('dbp', '舒张压', PRESSURE),
    yesNo('dangerSigns', '是否有意识改变、呼吸有烂苹果味、心悸出汗、深大呼吸、持续高热等'),
    MEDICATION,
    ...ADVERSE,
    COMPLICATION,
    yesNo('footChecked', '本次是否检查足部（每年至少一次）', {}),
    words('remark', '其他情况'),
  ]),
  questionnaire('elderly', '老年人健康管理', [
    measured('sbp', '收缩压', PRESSURE, { required: true }),
    measured('dbp', '舒张压', PRESSURE, { required: true }),
    measured('fpg', '空腹血糖', GLUCOSE),
    choice('selfCare', '生活自理能力', { FULL: '可自理', PARTIAL: '部分依赖', NONE: '不能自理' }),
    yesNo('newIllness', '是否有新发现的健康问题'),
    words('newIllnessText', '健康问题', whenYes('newIllness')),
  ]),
  questionnaire('mental-disorder', '严重精神障碍患者随访', [
    choice('risk', '危险性评估', {
      LEVEL_0: '0级',
      LEVEL_1: '1级',
      LEVEL_2: '2级',
      LEVEL_3: '3级',
      LEVEL_4: '4级',
      LEVEL_5: '5级',
    }),
    choice('condition', '病情', { STABLE: '稳定', BASICALLY_STABLE: '基本稳定', UNSTABLE: '不稳定' }),
    MEDICATION,
    ...ADVERSE,
    words('remark', '其他情况'),
  ]),
  questionnaire('tuberculosis', '肺结核患者随访', [
    MEDICATION,
    ...ADVERSE,
    COMPLICATION,
    yesNo('supervised', '是否有督导服药人员'),
    words('remark', '其他情况'),
  ]),
  questionnaire('pregnancy', '孕产期随访', [
    measured('sbp', '收缩压', PRESSURE, { required: true }),
    measured('dbp', '舒张压', PRESSURE, { required: true }),
    measured('weight', '体重', WEIGHT),
    yesNo('dangerSigns', '是否有阴道出血、剧烈腹痛、抽搐、胎动异常、高热等'),
    words('remark', '其他情况'),
  ]),
  questionnaire('child', '儿童健康检查', [
    measured('weight', '体重', WEIGHT, { required: true }),
    measured('height', '身长（身高）', LENGTH, { required: true }),
    yesNo('dangerSigns', '是否有高热不退、抽搐、拒乳、呼吸困难、黄疸加重等'),
    yesNo('delay', '发育评估是否有异常'),
    words('remark', '其他情况'),
  ]),
  questionnaire('recovery', '出院与术后随访', [
    choice('recovery', '恢复情况', { GOOD: '良好', SLOW: '缓慢', WORSE: '加重' }),
    yesNo('dangerSigns', '是否有伤口出血或化脓、高热、剧烈疼痛、呼吸困难、意识改变等'),
    MEDICATION,
    ...ADVERSE,
    words('remark', '其他情况'),
  ]),
];

/** What people are asked, in the shape of FHIR R4. */
export const usualQuestionnaires: readonly QuestionnaireEntry[] = [
  {
    from: '2024-01-01',
    source:
      '项目依据《国家基本公共卫生服务规范（第三版）》各随访服务记录表（凭记忆整理，须与当地表单核对）[R]；输入范围与字数上限为本平台建议值[D]',
    mark: 'R',
    values: { questionnaires: [...all] },
  },
];
