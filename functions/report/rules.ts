import { addMonths, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import type { Release } from './codes.ts';
import type { CriticalPolicy, ReportPolicy } from './policy.ts';
import { LARGEST_VERSION, type Publication } from './publish-contracts.ts';
import type { Result } from './report-content.ts';
import type { Report } from './store.ts';
import { mayFollow, WITH_RESULTS } from './transitions.ts';

/** Pure rules of reports: what becomes of a publication, how long it is kept, how far it is open, what is critical. */

/** Versions in order: the sender's own number, or else the instant of issue. */
export function versionOf({
  version,
  issuedAt,
}: Pick<Publication, 'version'> & { readonly issuedAt: string }): number {
  return version ?? Date.parse(issuedAt);
}

export type Verdict = 'REPEATED' | 'CONFLICT' | 'MIXED' | 'OLDER' | 'WRONG_STATE' | 'FIRST' | 'NEWER';

/** R1, R2: what a publication is to what is there. `same` is the very version as it was kept, if it was. */
export function verdictOf(
  given: Publication,
  seen: Pick<Report, 'version' | 'status'> | undefined,
  same: Publication | undefined,
): Verdict {
  if (same !== undefined) return isEqual(given, same) ? 'REPEATED' : 'CONFLICT';
  if (seen === undefined) return 'FIRST';
  // Between a number and an instant there is no order.
  if ((given.version === undefined) !== seen.version > LARGEST_VERSION) return 'MIXED';
  if (versionOf(given) < seen.version) return 'OLDER';
  return mayFollow(seen.status, given.status) ? 'NEWER' : 'WRONG_STATE';
}

/** Both were parsed by one schema, which puts their fields in one order. */
function isEqual(one: Publication, other: Publication): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** R8: the first day on which an archive may let go of it. */
export function keepUntilOf(
  { keepYears }: Pick<ReportPolicy, 'keepYears'>,
  { setting, effectiveAt }: Pick<Publication, 'setting' | 'effectiveAt'>,
): Day {
  return addMonths(dayOf(effectiveAt), keepYears[setting] * 12);
}

/** R5: how far a version is open before anybody has handed it over. The strictest category it belongs to counts. */
export function releaseOf(
  { sensitive }: Pick<ReportPolicy, 'sensitive'>,
  { category, examination, results }: Pick<Publication, 'category' | 'examination' | 'results'>,
): Release {
  const codes = new Set([examination.code, ...results.map(({ code }) => code)]);
  const fitting = sensitive.filter(
    (rule) => rule.category === category || rule.codes.some((code) => codes.has(code)),
  );
  if (fitting.some(({ shown }) => shown === 'HIDDEN')) return 'HIDDEN';
  // What the sender calls sensitive is so, whether or not the city has a rule of its own for it.
  return fitting.length > 0 || category !== undefined ? 'AT_COUNTER' : 'OPEN';
}

/** R6: 危急值, as the sender says, or by the city's limits where the unit is one that can be compared. */
export function isCritical(
  { limits }: Pick<CriticalPolicy, 'limits'>,
  units: ReportPolicy['units'],
  { status, results }: Pick<Publication, 'status' | 'results'>,
): boolean {
  if (!WITH_RESULTS.includes(status)) return false;
  return results.some((result) => saysCritical(result) || isBeyond(limits, units, result));
}

function saysCritical({ flag }: Result): boolean {
  return flag === 'CRITICAL_LOW' || flag === 'CRITICAL_HIGH';
}

/** UCUM's unit of a number that has none, such as an INR. */
const UNIT_OF_NONE = '1';

function isBeyond(
  limits: CriticalPolicy['limits'],
  units: ReportPolicy['units'],
  { code, value, unit = UNIT_OF_NONE }: Result,
): boolean {
  const limit = limits.find((one) => one.code === code);
  const { amount, end } = readingOf(value);
  if (limit === undefined || amount === undefined) return false;
  const factor = factorBetween(units, { code, from: unit, to: limit.unit });
  if (factor === undefined) return false;
  const compared = scaled(amount, factor);
  return (
    (limit.low !== undefined && end !== 'OR_MORE' && compared < limit.low) ||
    (limit.high !== undefined && end !== 'OR_LESS' && compared > limit.high)
  );
}

interface Reading {
  /** Undefined: a text that says no amount. */
  readonly amount?: number;
  readonly end?: 'OR_MORE' | 'OR_LESS';
}

/** Where a device cannot measure it says `>33.3` or `≤0.1`: an amount, and that it may be more, or less. */
function readingOf(value: Result['value']): Reading {
  if (typeof value === 'number') return { amount: value };
  const digits = /^[<>＜＞≤≥]=?\s*(\d+(?:\.\d+)?)$/.exec(value)?.[1];
  if (digits === undefined) return {};
  return { amount: Number(digits), end: '>＞≥'.includes(value.charAt(0)) ? 'OR_MORE' : 'OR_LESS' };
}

/** What a value in one unit is multiplied by to be in another; undefined: they cannot be compared. */
export function factorBetween(
  units: ReportPolicy['units'],
  { code, from, to }: { readonly code: string; readonly from: string; readonly to: string },
): number | undefined {
  if (from === to) return 1;
  const known = units.find((one) => one.code === code);
  if (known === undefined) return undefined;
  const factorOf = (unit: string): number | undefined =>
    unit === known.unit ? 1 : known.others.find((other) => other.unit === unit)?.factor;
  const [one, other] = [factorOf(from), factorOf(to)];
  return one === undefined || other === undefined ? undefined : one / other;
}

/** Six significant digits: more than any analyser has, and no tail of binary fractions. */
export function scaled(value: number, factor: number): number {
  return factor === 1 ? value : Number((value * factor).toPrecision(6));
}

/** Some value is outside its band, or the sender says so. */
export function isAbnormal(results: readonly Result[]): boolean {
  return results.some(({ value, low, high, flag }) => {
    if (flag !== undefined) return flag !== 'NORMAL';
    if (typeof value !== 'number') return false;
    return (low !== undefined && value < low) || (high !== undefined && value > high);
  });
}
