import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Day, minutesOf } from '../../shared/kernel/china-time.ts';
import { isDuration } from '../../shared/kernel/duration.ts';
import type { PolicySection } from '../../shared/policy/city.ts';
import type { DatedEntry } from '../../shared/policy/dated.ts';
import { entriesOf } from './city-policy.ts';

/** What a policy counts with: numbers, times of day (`08:30`) and durations (`P3M`). */
type Quantity = number | string;

export interface PolicyNumber<P> {
  /** Where it stands: `files.linkMinutes`, `limits.K.high`. Entries of lists by what they are called, else by index. */
  readonly path: string;
  readonly value: Quantity;
  /** Of the innermost part around it that names one; undefined: its entry does. */
  readonly source: string | undefined;
  /** The same policy with another quantity in its place. */
  readonly replaced: (by: Quantity) => P;
}

/** One or more numbers of a policy, and what is seen on both sides of them. */
export interface Boundary<P> {
  /** One path, or a pattern of those that are looked at together. */
  readonly number: string | RegExp;
  /** Of the entry from that day alone; left out: of all that have it. */
  readonly from?: Day;
  /** Words of the source by which it is found there; left out: the number itself. */
  readonly says?: string;
  readonly look: (policy: P) => unknown;
  readonly sides: unknown;
  /** How far off a neighbour is where one step changes nothing. */
  readonly step?: number;
}

/** How lists name their entries. */
const NAMES = ['template', 'ruleId', 'group', 'question', 'linkId', 'id', 'code', 'to', 'unit', 'tag', 'url'];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function isQuantity(value: unknown): value is Quantity {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && (/^\d\d:\d\d$/.test(value) || isDuration(value));
}

function nameOf(index: string, value: unknown): string {
  if (!isRecord(value)) return index;
  const name = NAMES.map((key) => value[key]).find((one) => typeof one === 'string');
  // A name that is an address is called by its end.
  return name?.replace(/^https?:.*\//, '') ?? index;
}

/** Every number of a policy. */
export function numbersOf<P>(policy: P): readonly PolicyNumber<P>[] {
  return found(policy, { names: [], keys: [], source: undefined }, policy);
}

interface Place {
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly source: string | undefined;
}

function found<P>(value: unknown, { names, keys, source }: Place, policy: P): readonly PolicyNumber<P>[] {
  if (isQuantity(value)) {
    const replaced = (by: Quantity): P => withValue(policy, keys, by) as P;
    return [{ path: names.join('.'), value, source, replaced }];
  }
  if (!isRecord(value)) return [];
  const nearest = typeof value['source'] === 'string' ? value['source'] : source;
  return Object.entries(value).flatMap(([key, part]) => {
    const name = Array.isArray(value) ? nameOf(key, part) : key;
    return found(part, { names: [...names, name], keys: [...keys, key], source: nearest }, policy);
  });
}

/** A copy of the value with another part at the end of these keys. */
export function withValue(value: unknown, keys: readonly string[], by: unknown): unknown {
  const copy = structuredClone(value);
  const last = keys.at(-1);
  let at: unknown = copy;
  for (const key of keys.slice(0, -1)) at = (at as Record<string, unknown>)[key];
  if (last === undefined) return by;
  (at as Record<string, unknown>)[last] = by;
  return copy;
}

/** The quantities right below and right above: by its last decimal, a minute, or the last part of a duration. */
export function neighboursOf(value: Quantity, step?: number): readonly Quantity[] {
  if (typeof value === 'number') {
    const decimals = String(value).split('.')[1]?.length ?? 0;
    const by = step ?? 10 ** -decimals;
    return [value - by, value + by].map((one) => Number(one.toFixed(decimals)));
  }
  if (value.includes(':')) return [-1, 1].map((by) => timeAt(minutesOf(value) + by));
  const last = /(\d+)(?=\D*$)/;
  const count = Number(last.exec(value)?.[1]);
  return [count - 1, count + 1].filter((one) => one >= 0).map((one) => value.replace(last, String(one)));
}

function timeAt(minutes: number): string {
  const parts = [Math.floor(minutes / 60) % 24, minutes % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

const isOf = ({ number }: Pick<Boundary<never>, 'number'>, path: string): boolean =>
  typeof number === 'string' ? number === path : number.test(path);

/**
 * The numbers that no row looks at from both sides: those without one, and those whose rows see no difference when the
 * number is a little smaller, or a little larger. A neighbour with which nothing works at all is a difference.
 */
export async function unproven<P>(policy: P, rows: readonly Boundary<P>[]): Promise<readonly string[]> {
  const open: string[] = [];
  for (const { path, value, replaced } of numbersOf(policy)) {
    const own = rows.filter((row) => isOf(row, path));
    if (own.length === 0) open.push(`${path} has no row`);
    for (const neighbour of neighboursOf(value, own[0]?.step)) {
      const seen = await Promise.all(own.map((row) => differs(row, replaced(neighbour))));
      if (own.length > 0 && !seen.includes(true)) open.push(`${path} could be ${neighbour}`);
    }
  }
  return open;
}

async function differs<P>({ look, sides }: Boundary<P>, policy: P): Promise<boolean> {
  try {
    return !isDeepStrictEqual(await look(policy), sides);
  } catch {
    return true;
  }
}

/** The numbers whose row's words stand in no source, or in a clause that does not say how sure it is. */
export function unsourced<P>(
  { values, source: ofEntry }: Pick<DatedEntry<P>, 'source' | 'values'>,
  rows: readonly Boundary<P>[],
): readonly string[] {
  return numbersOf(values).flatMap(({ path, value, source }) => {
    const own = rows.filter((row) => isOf(row, path));
    // A part with a source of its own has its mark beside it.
    const clauses = source === undefined ? ofEntry.split('；').filter(isMarked) : [source];
    const isSaid = own.some(({ says = String(value) }) => clauses.some((clause) => clause.includes(says)));
    return isSaid ? [] : [path];
  });
}

const isMarked = (clause: string): boolean => /\[[VRD]\]$/.test(clause);

/** The tests of a section, for every entry that a city has of it; no row is left over. */
export function testBoundaries<P>(section: PolicySection<P>, rows: readonly Boundary<P>[]): void {
  const entries = entriesOf(section);
  it(`${section.name} has the numbers of all rows`, () => {
    const idle = rows.filter((row) => !entries.some((entry) => isOfEntry(row, entry)));
    expect(idle.map(({ number }) => String(number))).toEqual([]);
  });
  for (const entry of entries)
    describe(`${section.name} from ${entry.from}`, () => {
      testEntry(entry, rows);
    });
}

function isOfEntry<P>(row: Boundary<P>, { from, values }: DatedEntry<P>): boolean {
  if (row.from !== undefined && row.from !== from) return false;
  return numbersOf(values).some(({ path }) => isOf(row, path));
}

/** Each row's two sides, and that every number has a source and a row that proves both. */
function testEntry<P>(entry: DatedEntry<P>, rows: readonly Boundary<P>[]): void {
  const own = rows.filter((row) => isOfEntry(row, entry));
  it.each(own.map((row) => [String(row.number), row] as const))('%s: both sides', async (_, row) => {
    expect(await row.look(entry.values)).toEqual(row.sides);
  });
  it('names the source of every number, and how sure it is', () => {
    expect(unsourced(entry, own)).toEqual([]);
  });
  it('has a row for every number, which sees it shrink and grow', async () => {
    expect(await unproven(entry.values, own)).toEqual([]);
  });
}
