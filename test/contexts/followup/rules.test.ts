import { describe, expect, it, test } from 'vitest';
import { evaluate, ofLastYear, rulesThatHold, yearOfControl } from '../../../functions/followup/evaluate.ts';
import type { Rule } from '../../../functions/followup/policy.ts';
import { followupPolicy } from '../../../functions/followup/policy.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { gradeAfter, judged, LEVEL_ROWS, unprovenRules } from './numbers/judging.ts';
import { policyOf, questionnaires, templateNamed } from './policy-of.ts';

const CITIES = ['demo', 'pingdingshan', 'minhang', 'hechi'] as const;

describe('each rule, where it holds and where it does not', () => {
  it.each(LEVEL_ROWS)('%s %o at %i is %s', (template, values, age, level) => {
    expect(judged(templateNamed(template), values, age).level).toBe(level);
  });

  it.each(CITIES)('is needed by a row, and held back by another, in %s', (city) => {
    expect(policyOf(city).templates.flatMap(unprovenRules)).toEqual([]);
  });

  it('is named where no row needs it, or none is without it', () => {
    const { rules, ...rest } = templateNamed('TUBERCULOSIS');
    const twice = rules.slice(0, 1).map((rule) => ({ ...rule, ruleId: 'TWICE' }));
    expect(unprovenRules({ ...rest, rules: [...rules, ...twice] })).toContain(
      'TUBERCULOSIS TWICE could be left out',
    );
    expect(unprovenRules({ ...rest, rules, template: 'UNKNOWN' })).toContain(
      'UNKNOWN COMPLICATION could hold for everybody',
    );
  });
});

describe('rules of any city', () => {
  const rule = (ruleId: string, more: Partial<Rule>): Rule => ({
    ruleId,
    when: [{ question: 'sbp', comparator: '>=', value: 140 }],
    level: 'UNSATISFACTORY',
    finding: ruleId,
    text: '测试',
    source: 'a test',
    mark: 'D',
    ...more,
  });
  const dbp = { question: 'dbp', comparator: '>=', value: 90 } as const;

  it('hold from an age on and up to an age, both included', () => {
    const ages = (of: Rule['ages']) => (age: number) =>
      rulesThatHold([rule('A', { ages: of })], { sbp: 150 }, age).length;
    expect([64, 65, 66].map(ages({ from: 65 }))).toEqual([0, 1, 1]);
    expect([64, 65, 66].map(ages({ until: 65 }))).toEqual([1, 1, 0]);
  });

  it('hold when all that they ask for does', () => {
    const both = [rule('A', { when: [...rule('A', {}).when, dbp] })];
    const held = (sbp: number, low: number) => rulesThatHold(both, { sbp, dbp: low }, 50).length;
    expect([held(150, 80), held(130, 95), held(150, 95)]).toEqual([0, 0, 1]);
  });

  const template = {
    ...templateNamed('HYPERTENSION'),
    consecutive: 2,
    rules: [rule('A', {}), rule('B', { when: [dbp] }), rule('C', { level: 'EMERGENCY', when: [dbp] })],
  };
  const said = (values: { readonly sbp: number; readonly dbp: number }, streaks: Record<string, number>) =>
    evaluate(template, values, { age: 50, streaks });

  it('are named in the verdict', () => {
    expect(said({ sbp: 150, dbp: 95 }, {}).rules).toEqual(['A', 'B', 'C']);
    expect(said({ sbp: 150, dbp: 80 }, {})).toMatchObject({ rules: ['A'], streaks: { A: 1 } });
  });

  it('propose a referral when one of several findings is there so often', () => {
    const milder = { ...template, rules: template.rules.slice(0, 2) };
    const verdict = evaluate(milder, { sbp: 150, dbp: 95 }, { age: 50, streaks: { A: 1 } });
    expect(verdict).toMatchObject({ level: 'REFER', streaks: { A: 2, B: 1 } });
  });

  it('leave an emergency an emergency, however often it is there', () => {
    expect(said({ sbp: 150, dbp: 95 }, { C: 1 }).level).toBe('EMERGENCY');
  });
});

describe('two in a row', () => {
  it('propose a referral when they are of one finding, and not when they are of two', () => {
    const template = templateNamed('HYPERTENSION');
    const first = judged(template, { sbp: 150 }, 50, {});
    expect([first.level, first.streaks]).toEqual(['UNSATISFACTORY', { BLOOD_PRESSURE: 1 }]);
    const same = judged(template, { dbp: 95 }, 50, first.streaks);
    expect(same.level).toBe('REFER');
    const other = judged(template, { adverseReaction: true }, 50, first.streaks);
    expect([other.level, other.streaks]).toEqual(['UNSATISFACTORY', { ADVERSE_REACTION: 1 }]);
    const uncontrolled = judged(template, { adverseReaction: true }, 50, other.streaks);
    expect(uncontrolled.level).toBe('REFER');
  });

  it('with a good one between them do not', () => {
    const template = templateNamed('DIABETES');
    const good = judged(template, {}, 50, { GLUCOSE: 1 });
    expect(good.streaks).toEqual({});
    expect(judged(template, { fpg: 8 }, 50, good.streaks).level).toBe('UNSATISFACTORY');
  });
});

describe('a year of control', () => {
  const START = '2026-01-01';
  const template = templateNamed('HYPERTENSION');
  it.each([
    [274, 9, 'GOOD'],
    [273, 8.9, 'FAIR'],
    [183, 6, 'FAIR'],
    [182, 5.9, 'POOR'],
  ])('of %i controlled days has %d months and is %s', (days, months, grade) => {
    expect(gradeAfter(template, days)).toEqual({ months, grade });
  });

  it('is not judged before a year is known, unless it is decided', () => {
    expect(gradeAfter(template, 100, addDays(START, 200))).toEqual({ months: 3.2 });
    expect(gradeAfter(template, 280, addDays(START, 300))).toEqual({ months: 9.2, grade: 'GOOD' });
    expect(yearOfControl(template, [], START)).toBeUndefined();
    expect(
      yearOfControl(templateNamed('DIABETES'), [{ on: START, level: 'SATISFACTORY' }], START),
    ).toBeUndefined();
  });

  it('counts from the last answer to today', () => {
    const results = [{ on: START, level: 'SATISFACTORY', controlled: true }] as const;
    expect(yearOfControl(template, results, addDays(START, 61))).toEqual({ months: 2 });
  });

  it('is told from its answers and the one before them', () => {
    const results = [0, 100, 200, 465].map(
      (days) => ({ on: addDays(START, days), level: 'SATISFACTORY', controlled: true }) as const,
    );
    expect(ofLastYear(results, addDays(START, 464))).toEqual(results);
    expect(ofLastYear(results, addDays(START, 465))).toEqual(results.slice(1));
    expect(ofLastYear(results.slice(0, 1), addDays(START, 999))).toEqual(results.slice(0, 1));
  });

  it('counts by 140/90 at any age', () => {
    const old = judged(template, { sbp: 145 }, 70, {});
    expect([old.level, old.controlled]).toEqual(['SATISFACTORY', false]);
    expect(judged(template, { sbp: 139, dbp: 89 }, 70, {}).controlled).toBe(true);
  });
});

describe.each(CITIES)('the policy of %s', (city) => {
  const policy = policyOf(city);

  test('names the source and how sure it is of every template and rule', () => {
    for (const { template, source, mark, rules, control } of policy.templates) {
      for (const one of [{ source, mark }, ...rules, ...(control === undefined ? [] : [control])]) {
        expect(one.source.length, template).toBeGreaterThan(8);
        expect(['V', 'R', 'D']).toContain(one.mark);
      }
    }
  });

  test('asks in its questionnaires what its rules compare', () => {
    const known = new Map(
      questionnaires(city).map((one) => [one.id, new Set(one.item.map(({ linkId }) => linkId))]),
    );
    for (const { template, questionnaire, rules, control } of policy.templates) {
      const asked = known.get(questionnaire);
      const compared = [...rules.flatMap(({ when }) => when), ...(control?.controlled ?? [])];
      for (const { question } of compared) expect(asked?.has(question), `${template} ${question}`).toBe(true);
    }
  });

  test.each([
    ['08:30', '09:30', true],
    ['08:30', '09:29', false],
    ['20:00', '08:30', false],
    ['25:00', '26:30', false],
  ])('leaves a time of day to remind in, from %s until %s: %s', (from, until, leaves) => {
    const reminders = { ...policy.reminders, from, until, spreadMinutes: 60 };
    expect(followupPolicy.schema.safeParse({ ...policy, reminders }).success).toBe(leaves);
  });

  test('names only templates that there are', () => {
    const names = policy.templates.map(({ template }) => template);
    expect(names).toEqual(
      expect.arrayContaining([policy.downReferral, ...policy.groups.map((one) => one.template)]),
    );
  });
});
