import { type Day, daysBetween } from '../../shared/kernel/china-time.ts';
import { type Grade, LEVEL_CODES, type Level } from './codes.ts';
import type { Rule, Template } from './policy.ts';
import { compares, type Values } from './questionnaire.ts';

/** Judges an answer by the rules of its template. Pure, and nothing in here is a number of medicine. */

/** How often in a row each finding was made, up to now. */
export type Streaks = Readonly<Record<string, number>>;

export interface Verdict {
  readonly level: Level;
  /** Ids of the rules that led to it. */
  readonly rules: readonly string[];
  readonly streaks: Streaks;
  /** Whether the disease counts as controlled from here on; undefined where the template grades nothing. */
  readonly controlled?: boolean;
}

/** The rules that hold for this answer by somebody of this age, in full years. */
export function rulesThatHold(rules: readonly Rule[], values: Values, age: number): readonly Rule[] {
  return rules.filter(
    ({ when, ages: { from = age, until = age } = {} }) =>
      age >= from &&
      age <= until &&
      when.every(({ question, comparator, value }) => compares(values[question], comparator, value)),
  );
}

/** One unsatisfactory answer asks for a recheck, `consecutive` of one finding in a row for a referral. */
export function evaluate(
  { rules, consecutive, control }: Template,
  values: Values,
  { age, streaks: before }: { readonly age: number; readonly streaks: Streaks },
): Verdict {
  const held = rulesThatHold(rules, values, age);
  const findings = new Set(held.map(({ finding }) => finding));
  const streaks = Object.fromEntries([...findings].map((finding) => [finding, (before[finding] ?? 0) + 1]));
  const worst = LEVEL_CODES.find((level) => held.some((rule) => rule.level === level)) ?? 'SATISFACTORY';
  const inARow = consecutive !== undefined && Object.values(streaks).some((times) => times >= consecutive);
  return {
    level: worst === 'UNSATISFACTORY' && inARow ? 'REFER' : worst,
    rules: held.map(({ ruleId }) => ruleId),
    streaks,
    ...(control === undefined
      ? {}
      : {
          controlled: control.controlled.every(({ question, comparator, value }) =>
            compares(values[question], comparator, value),
          ),
        }),
  };
}

/** What is kept of an answer in clear: codes. */
export interface Result {
  readonly on: Day;
  readonly level: Level;
  readonly controlled?: boolean;
}

const DAYS_A_MONTH = 365 / 12;
const DAYS_A_YEAR = 365;

export interface YearOfControl {
  /** Months of the last twelve in which the disease was controlled, to a tenth. */
  readonly months: number;
  /** Undefined: less than a year is known, and it is not decided yet. */
  readonly grade?: Grade;
}

/** What a year of control is told from: its answers, and the one before them, which speaks for how it began. */
export function ofLastYear(results: readonly Result[], today: Day): readonly Result[] {
  return results.filter((_, index) => daysBetween(results[index + 1]?.on ?? today, today) < DAYS_A_YEAR);
}

/** Each answer speaks for the time until the next one. Undefined: the template grades nothing, or nothing was answered. */
export function yearOfControl(
  { control }: Template,
  results: readonly Result[],
  today: Day,
): YearOfControl | undefined {
  const first = results[0];
  if (control === undefined || first === undefined) return undefined;
  let controlledDays = 0;
  for (const [index, { on, controlled }] of results.entries()) {
    if (controlled !== true) continue;
    const end = daysBetween(results[index + 1]?.on ?? today, today);
    const begin = Math.min(daysBetween(on, today), DAYS_A_YEAR);
    controlledDays += Math.max(0, begin - end);
  }
  // A tenth of a month, never rounded up over a limit.
  const months = Math.floor((controlledDays / DAYS_A_MONTH) * 10) / 10;
  const isWholeYear = daysBetween(first.on, today) >= DAYS_A_YEAR;
  if (months >= control.goodMonths) return { months, grade: 'GOOD' };
  if (!isWholeYear) return { months };
  return { months, grade: months >= control.fairMonths ? 'FAIR' : 'POOR' };
}
