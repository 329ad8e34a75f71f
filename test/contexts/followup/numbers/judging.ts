import { evaluate, yearOfControl } from '../../../../functions/followup/evaluate.ts';
import type { FollowupPolicy, Template } from '../../../../functions/followup/policy.ts';
import { addDays } from '../../../../shared/kernel/china-time.ts';
import type { Boundary } from '../../../support/policy-numbers.ts';
import { templateNamed } from '../policy-of.ts';

/** How answers are judged, on both sides of every number that judges them. */

const CALM = { sbp: 128, dbp: 78, fpg: 5.6, dangerSigns: false, complication: false, adverseReaction: false };
const SICK = { adverseReaction: true };

type Answers = Readonly<Record<string, number | boolean | string>>;
/** Template, answers that differ from those of somebody who is well, age, level. */
type LevelRow = readonly [template: string, values: Answers, age: number, level: string];

export const LEVEL_ROWS: readonly LevelRow[] = [
  ['HYPERTENSION', { sbp: 139 }, 50, 'SATISFACTORY'],
  ['HYPERTENSION', { sbp: 140 }, 50, 'UNSATISFACTORY'],
  ['HYPERTENSION', { sbp: 140 }, 64, 'UNSATISFACTORY'],
  ['HYPERTENSION', { sbp: 140 }, 65, 'SATISFACTORY'],
  ['HYPERTENSION', { sbp: 149 }, 65, 'SATISFACTORY'],
  ['HYPERTENSION', { sbp: 150 }, 65, 'UNSATISFACTORY'],
  ['HYPERTENSION', { dbp: 89 }, 50, 'SATISFACTORY'],
  ['HYPERTENSION', { dbp: 90 }, 50, 'UNSATISFACTORY'],
  ['HYPERTENSION', { dbp: 89 }, 70, 'SATISFACTORY'],
  ['HYPERTENSION', { dbp: 90 }, 70, 'UNSATISFACTORY'],
  ['HYPERTENSION', { sbp: 179 }, 50, 'UNSATISFACTORY'],
  ['HYPERTENSION', { sbp: 180 }, 50, 'EMERGENCY'],
  ['HYPERTENSION', { dbp: 109 }, 50, 'UNSATISFACTORY'],
  ['HYPERTENSION', { dbp: 110 }, 50, 'EMERGENCY'],
  ['HYPERTENSION', { dangerSigns: true }, 50, 'EMERGENCY'],
  ['HYPERTENSION', { complication: true }, 50, 'REFER'],
  ['HYPERTENSION', SICK, 50, 'UNSATISFACTORY'],
  ['DIABETES', { fpg: 6.9 }, 50, 'SATISFACTORY'],
  ['DIABETES', { fpg: 7 }, 50, 'UNSATISFACTORY'],
  ['DIABETES', { fpg: 16.6 }, 50, 'UNSATISFACTORY'],
  ['DIABETES', { fpg: 16.7 }, 50, 'EMERGENCY'],
  ['DIABETES', { fpg: 3.9 }, 50, 'EMERGENCY'],
  ['DIABETES', { fpg: 4 }, 50, 'SATISFACTORY'],
  ['DIABETES', { sbp: 179 }, 50, 'SATISFACTORY'],
  ['DIABETES', { sbp: 180 }, 50, 'EMERGENCY'],
  ['DIABETES', { dbp: 109 }, 50, 'SATISFACTORY'],
  ['DIABETES', { dbp: 110 }, 50, 'EMERGENCY'],
  ['DIABETES', { dangerSigns: true }, 50, 'EMERGENCY'],
  ['DIABETES', { complication: true }, 50, 'REFER'],
  ['DIABETES', SICK, 50, 'UNSATISFACTORY'],
  ['ELDERLY', { sbp: 179 }, 70, 'SATISFACTORY'],
  ['ELDERLY', { sbp: 180 }, 70, 'EMERGENCY'],
  ['ELDERLY', { dbp: 109 }, 70, 'SATISFACTORY'],
  ['ELDERLY', { dbp: 110 }, 70, 'EMERGENCY'],
  ['ELDERLY', { fpg: 16.6 }, 70, 'SATISFACTORY'],
  ['ELDERLY', { fpg: 16.7 }, 70, 'EMERGENCY'],
  ['ELDERLY', { fpg: 4 }, 70, 'SATISFACTORY'],
  ['ELDERLY', { fpg: 3.9 }, 70, 'EMERGENCY'],
  ['MENTAL_DISORDER', { risk: 'LEVEL_2', condition: 'STABLE' }, 40, 'SATISFACTORY'],
  ['MENTAL_DISORDER', { risk: 'LEVEL_3', condition: 'STABLE' }, 40, 'EMERGENCY'],
  ['MENTAL_DISORDER', { risk: 'LEVEL_4', condition: 'STABLE' }, 40, 'EMERGENCY'],
  ['MENTAL_DISORDER', { risk: 'LEVEL_5', condition: 'STABLE' }, 40, 'EMERGENCY'],
  ['MENTAL_DISORDER', { risk: 'LEVEL_0', condition: 'UNSTABLE' }, 40, 'UNSATISFACTORY'],
  ['MENTAL_DISORDER', { risk: 'LEVEL_0', condition: 'BASICALLY_STABLE' }, 40, 'UNSATISFACTORY'],
  ['MENTAL_DISORDER', SICK, 40, 'UNSATISFACTORY'],
  ['TUBERCULOSIS', {}, 40, 'SATISFACTORY'],
  ['TUBERCULOSIS', { complication: true }, 40, 'REFER'],
  ['TUBERCULOSIS', SICK, 40, 'UNSATISFACTORY'],
  ...['ANTENATAL', 'POSTNATAL'].flatMap((template): LevelRow[] => [
    [template, { sbp: 139 }, 30, 'SATISFACTORY'],
    [template, { sbp: 140 }, 30, 'REFER'],
    [template, { dbp: 89 }, 30, 'SATISFACTORY'],
    [template, { dbp: 90 }, 30, 'REFER'],
    [template, { dangerSigns: true }, 30, 'EMERGENCY'],
  ]),
  ['CHILD', { delay: false }, 1, 'SATISFACTORY'],
  ['CHILD', { delay: true }, 1, 'REFER'],
  ['CHILD', { dangerSigns: true }, 1, 'EMERGENCY'],
  ...['POST_OPERATIVE', 'DOWN_REFERRAL'].flatMap((template): LevelRow[] => [
    [template, { recovery: 'GOOD' }, 60, 'SATISFACTORY'],
    [template, { recovery: 'SLOW' }, 60, 'UNSATISFACTORY'],
    [template, { recovery: 'WORSE' }, 60, 'REFER'],
    [template, { recovery: 'GOOD', dangerSigns: true }, 60, 'EMERGENCY'],
    [template, { recovery: 'GOOD', ...SICK }, 60, 'UNSATISFACTORY'],
  ]),
];

export function judged(template: Template, values: Answers, age = 50, streaks = {}) {
  return evaluate(template, { ...CALM, ...values }, { age, streaks });
}

const rowsOf = (name: string) => LEVEL_ROWS.filter(([template]) => template === name);

function levelsOf(template: Template): readonly string[] {
  return rowsOf(template.template).map(([, values, age]) => judged(template, values, age).level);
}

/** The rules that no row needs, and those that could hold for everybody. */
export function unprovenRules(template: Template): readonly string[] {
  const expected = rowsOf(template.template).map(([, , , level]) => level);
  const isSeen = (rules: Template['rules']): boolean =>
    levelsOf({ ...template, rules }).some((level, index) => level !== expected[index]);
  return template.rules.flatMap((rule) => {
    const { ages: _any, ...always } = { ...rule, when: [] };
    const others = template.rules.filter((one) => one !== rule);
    const name = `${template.template} ${rule.ruleId}`;
    return [
      ...(isSeen(others) ? [] : [`${name} could be left out`]),
      ...(isSeen([...others, always]) ? [] : [`${name} could hold for everybody`]),
    ];
  });
}

type Row = Boundary<FollowupPolicy>;

const named = templateNamed;

const thresholds = ['HYPERTENSION', 'DIABETES', 'ELDERLY', 'ANTENATAL', 'POSTNATAL'].map(
  (template): Row => ({
    number: new RegExp(`^templates\\.${template}\\.rules\\.\\w+\\.when\\.`),
    look: (policy) => levelsOf(named(template, policy)),
    sides: rowsOf(template).map(([, , , level]) => level),
  }),
);

/** Which of two thresholds it is that a pressure of 150 is beyond. */
const ages: Row = {
  number: /^templates\.HYPERTENSION\.rules\.\w+\.ages\./,
  says: '65岁',
  look: (policy) =>
    [64, 65].map((age) => judged(named('HYPERTENSION', policy), { sbp: 150 }, age).rules.join()),
  sides: ['SBP_HIGH', 'SBP_HIGH_ELDERLY'],
};

const inARow = [
  'HYPERTENSION',
  'DIABETES',
  'MENTAL_DISORDER',
  'TUBERCULOSIS',
  'POST_OPERATIVE',
  'DOWN_REFERRAL',
].map(
  (template): Row => ({
    number: `templates.${template}.consecutive`,
    says: '连续两次',
    look: (policy) =>
      [0, 1].map((before) => judged(named(template, policy), SICK, 50, { ADVERSE_REACTION: before }).level),
    sides: ['UNSATISFACTORY', 'REFER'],
  }),
);

const controlled: Row = {
  number: /^templates\.HYPERTENSION\.control\.controlled\./,
  look: (policy) =>
    [{ sbp: 139, dbp: 89 }, { sbp: 140 }, { dbp: 90 }].map(
      (values) => judged(named('HYPERTENSION', policy), values).controlled,
    ),
  sides: [true, false, false],
};

const START = '2026-01-01';

/** Controlled from the start for so many days, then not; looked at after a year. */
export function gradeAfter(template: Template, days: number, today = addDays(START, 365)) {
  const results = [
    { on: START, level: 'SATISFACTORY', controlled: true },
    { on: addDays(START, days), level: 'UNSATISFACTORY', controlled: false },
  ] as const;
  return yearOfControl(template, results, today);
}

const months = (
  [
    ['goodMonths', '9个月', [273, 274], ['FAIR', 'GOOD']],
    ['fairMonths', '6—9个月', [182, 183], ['POOR', 'FAIR']],
  ] as const
).map(
  ([name, says, days, sides]): Row => ({
    number: `templates.HYPERTENSION.control.${name}`,
    says,
    look: (policy) => days.map((count) => gradeAfter(named('HYPERTENSION', policy), count)?.grade),
    sides,
  }),
);

export const judging: readonly Row[] = [...thresholds, ages, ...inARow, controlled, ...months];
