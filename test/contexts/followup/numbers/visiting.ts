import type { FollowupPolicy } from '../../../../functions/followup/policy.ts';
import { visitAfterDone, visitAt, visitStillToCome } from '../../../../functions/followup/visits.ts';
import { addDays, type Day } from '../../../../shared/kernel/china-time.ts';
import type { Boundary } from '../../../support/policy-numbers.ts';
import { templateNamed } from '../policy-of.ts';

/** The window of every visit, on both sides of both its ends. Days from an anchor on 2026-01-05. */

const ANCHOR: Day = '2026-01-05';

type Window = readonly [from: Day, at: Day, until: Day];
type Said = readonly [says: string, ...Window];

/** What stands in a template one by one, in its order. */
const SINGLE: Readonly<Record<string, readonly Said[]>> = {
  TUBERCULOSIS: [['72小时', '2026-01-05', '2026-01-07', '2026-01-08']],
  ANTENATAL: [
    ['13周前', '2026-01-05', '2026-03-30', '2026-04-06'],
    ['16—20', '2026-04-27', '2026-05-11', '2026-05-25'],
    ['21—24', '2026-06-01', '2026-06-08', '2026-06-22'],
    ['28—36', '2026-07-20', '2026-08-17', '2026-09-14'],
    ['37—40周', '2026-09-21', '2026-09-28', '2026-10-12'],
  ],
  POSTNATAL: [
    ['产后7天', '2026-01-08', '2026-01-12', '2026-01-12'],
    ['产后42天', '2026-02-16', '2026-02-16', '2026-03-02'],
  ],
  CHILD: [
    ['1周内', '2026-01-05', '2026-01-12', '2026-01-12'],
    ['28—30天', '2026-02-02', '2026-02-02', '2026-02-04'],
    ['3、6、8', '2026-04-05', '2026-04-05', '2026-04-26'],
    ['3、6、8', '2026-07-05', '2026-07-05', '2026-07-26'],
    ['3、6、8', '2026-09-05', '2026-09-05', '2026-09-26'],
    ['12、18、24', '2027-01-05', '2027-01-05', '2027-01-26'],
    ['12、18、24', '2027-07-05', '2027-07-05', '2027-07-26'],
    ['12、18、24', '2028-01-05', '2028-01-05', '2028-01-26'],
    ['30、36月龄', '2028-07-05', '2028-07-05', '2028-07-26'],
    ['30、36月龄', '2029-01-05', '2029-01-05', '2029-01-26'],
    ['4、5、6岁', '2030-01-05', '2030-01-05', '2030-03-06'],
    ['4、5、6岁', '2031-01-05', '2031-01-05', '2031-03-06'],
    ['4、5、6岁', '2032-01-05', '2032-01-05', '2032-03-05'],
  ],
  POST_OPERATIVE: [
    ['本平台建议值', '2026-01-10', '2026-01-12', '2026-01-15'],
    ['本平台建议值', '2026-01-17', '2026-01-19', '2026-01-23'],
    ['本平台建议值', '2026-02-01', '2026-02-05', '2026-02-12'],
    ['本平台建议值', '2026-03-29', '2026-04-05', '2026-04-19'],
  ],
  DOWN_REFERRAL: [
    ['2周内首次随访', '2026-01-06', '2026-01-19', '2026-01-19'],
    ['其后两次', '2026-02-05', '2026-02-05', '2026-02-19'],
    ['其后两次', '2026-04-05', '2026-04-05', '2026-04-19'],
  ],
};

/** What repeats: the first two rounds. */
const REPEATED: Readonly<Record<string, readonly [says: string, first: Window, second: Window]>> = {
  HYPERTENSION: ['每年至少4次', ...quarterly()],
  DIABETES: ['每年至少4次', ...quarterly()],
  MENTAL_DISORDER: ['每年至少4次', ...quarterly()],
  ELDERLY: [
    '每年1次',
    ['2026-01-05', '2026-02-04', '2026-04-05'],
    ['2027-01-05', '2027-02-04', '2027-04-05'],
  ],
  TUBERCULOSIS: [
    '每月至少1次',
    ['2026-01-29', '2026-02-05', '2026-02-15'],
    ['2026-02-26', '2026-03-05', '2026-03-15'],
  ],
};

function quarterly(): [Window, Window] {
  return [
    ['2025-12-29', '2026-01-12', '2026-02-02'],
    ['2026-03-29', '2026-04-12', '2026-05-03'],
  ];
}

/** The day it is meant for, and whether it is that visit's turn on the eve and on the days of both ends, and after. */
function around(policy: FollowupPolicy, name: string, index: number, [from, , until]: Window) {
  const template = templateNamed(name, policy);
  const afterDone = (day: Day) => visitAfterDone(template, ANCHOR, index, day)?.index === index;
  const toCome = (day: Day) => visitStillToCome(template, ANCHOR, index, day)?.index === index;
  const { at } = visitAt(template, ANCHOR, index) ?? {};
  return [at, afterDone(addDays(from, -1)), afterDone(from), toCome(until), toCome(addDays(until, 1))];
}

type Row = Boundary<FollowupPolicy>;

const sidesOf = ([, at]: Window): readonly unknown[] => [at, true, false, true, false];

const single = Object.entries(SINGLE).flatMap(([name, visits]) =>
  visits.map(
    ([says, ...window], index): Row => ({
      number: new RegExp(`^templates\\.${name}\\.visits\\.${index}\\.`),
      says,
      look: (policy) => around(policy, name, index, window),
      sides: sidesOf(window),
    }),
  ),
);

const repeated = Object.entries(REPEATED).flatMap(([name, [says, ...rounds]]): Row[] => {
  const before = SINGLE[name]?.length ?? 0;
  const row = (number: string, words: string): Row => ({
    number: new RegExp(`^templates\\.${name}\\.repeat\\.(${number})$`),
    says: words,
    look: (policy) => rounds.map((window, round) => around(policy, name, before + round, window)),
    sides: rounds.map(sidesOf),
  });
  return [row('every', says), row('first|daysBefore|daysAfter', '首次时间与前后宽限')];
});

const twelve: Row = {
  number: 'templates.TUBERCULOSIS.repeat.times',
  says: '12次',
  look: (policy) =>
    [12, 13].map((index) => visitAt(templateNamed('TUBERCULOSIS', policy), ANCHOR, index)?.at),
  sides: ['2027-01-05', undefined],
};

export const visiting: readonly Row[] = [...single, ...repeated, twelve];
