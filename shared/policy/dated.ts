import * as z from 'zod/mini';
import type { Day } from '../kernel/china-time.ts';
import { daySchema } from '../kernel/schemas.ts';
import { InvalidPolicyError, type PolicyFault } from './policy-faults.ts';

/** How sure we are: V read in a public source, R recalled from the named regulation, D our own proposal. */
const markSchema = z.enum(['V', 'R', 'D']);

/** Values in force from a day on, until a later entry replaces the whole of them. */
export interface DatedEntry<T> {
  readonly from: Day;
  /** The regulation, notice or decision the values rest on: never empty. */
  readonly source: string;
  readonly mark?: 'V' | 'R' | 'D' | undefined;
  readonly values: T;
}

export interface Dated<T> {
  /** The values of the newest entry not after `day`. @throws PolicyNotInForceError before the first entry. */
  at(day: Day): T;
  /** The same entry with its source, to show what a decision rested on. */
  entryAt(day: Day): DatedEntry<T>;
  /** Oldest first. */
  readonly entries: readonly DatedEntry<T>[];
}

/** A day before the first entry: the platform has no rule for it and must not make one up. */
export class PolicyNotInForceError extends Error {
  readonly day: Day;
  readonly firstDay: Day;

  constructor(day: Day, firstDay: Day) {
    super('no policy is in force on this day');
    this.name = 'PolicyNotInForceError';
    this.day = day;
    this.firstDay = firstDay;
  }
}

/** Values by the day they come into force, in any order. @throws InvalidPolicyError naming every faulty path. */
export function dated<T>(schema: z.ZodMiniType<T>, entries: unknown): Dated<T> {
  const read = readDated(schema, entries, '');
  if ('faults' in read) throw new InvalidPolicyError(read.faults);
  return read.dated;
}

/** As `dated`, with the faults as a value; `path` is put before each fault's own. */
export function readDated<T>(
  schema: z.ZodMiniType<T>,
  entries: unknown,
  path: string,
): { readonly dated: Dated<T> } | { readonly faults: readonly PolicyFault[] } {
  const entrySchema = z.strictObject({
    from: daySchema,
    source: z.string().check(z.trim(), z.minLength(1)),
    mark: z.optional(markSchema),
    values: schema,
  });
  const parsed = z.array(entrySchema).check(z.minLength(1)).safeParse(entries);
  if (!parsed.success) {
    return {
      faults: parsed.error.issues.map((issue) => ({
        path: [path, ...issue.path].filter((part) => part !== '').join('.'),
        code: issue.code === 'custom' ? issue.message : issue.code,
      })),
    };
  }
  const sorted = parsed.data.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const twice = sorted.find((entry, i) => sorted[i + 1]?.from === entry.from);
  if (twice !== undefined) return { faults: [{ path, code: `two entries from ${twice.from}` }] };
  return { dated: datedOf(sorted) };
}

function datedOf<T>(entries: readonly DatedEntry<T>[]): Dated<T> {
  function entryAt(day: Day): DatedEntry<T> {
    const entry = entries.findLast(({ from }) => from <= day);
    if (entry === undefined) throw new PolicyNotInForceError(day, entries[0]?.from ?? day);
    return entry;
  }
  return { at: (day) => entryAt(day).values, entryAt, entries };
}
