import * as z from 'zod/mini';
import { type Dated, readDated } from './dated.ts';
import { InvalidPolicyError, type PolicyFault } from './policy-faults.ts';

/** One context's part of a city's policy: its name in the file and the schema of its values. */
export interface PolicySection<T> {
  /** Key below `policy` in the city's file; the owning context's name, or `<context>-<part>`. */
  readonly name: string;
  readonly schema: z.ZodMiniType<T>;
  /** Reads the section out of a city's `policy`, once per file. @throws InvalidPolicyError */
  readonly read: (policy: RawPolicy) => Dated<T>;
  /** What is wrong with the section, or nothing. */
  readonly faults: (policy: RawPolicy) => readonly PolicyFault[];
}

export type RawPolicy = Readonly<Record<string, unknown>>;

/** The part of a section that does not depend on its values' type: what a list of sections holds. */
export type AnyPolicySection = Pick<PolicySection<unknown>, 'name' | 'faults'>;

/** A city as a context sees it: `deps.city.policy(bookingPolicy).at(day).windowDays`. */
export interface City {
  /** Lower-case word: names of tables, keys and stacks. */
  readonly id: string;
  /** Chinese name, as people read it. */
  readonly name: string;
  /** GB/T 2260, 6 digits. */
  readonly divisionCode: string;
  /** Settings of the deployment (edge, limits); whoever uses one parses it. */
  readonly settings: RawPolicy;
  /** The section's values by day. @throws InvalidPolicyError when the file's section is missing or faulty. */
  policy<T>(section: PolicySection<T>): Dated<T>;
}

const citySchema = z.strictObject({
  id: z.string().check(z.regex(/^[a-z][a-z0-9-]{1,30}$/)),
  name: z.string().check(z.minLength(1)),
  divisionCode: z.string().check(z.regex(/^\d{6}$/)),
  timezone: z.literal('Asia/Shanghai'),
  settings: z._default(z.record(z.string(), z.unknown()), {}),
  policy: z.record(z.string(), z.unknown()),
});

/**
 * Declares a context's section of city policy, next to its rules:
 * `export const bookingPolicy = policySection('booking', z.strictObject({ windowDays: z.int() }))`.
 */
export function policySection<T>(name: string, schema: z.ZodMiniType<T>): PolicySection<T> {
  const known = new WeakMap<RawPolicy, ReturnType<typeof readDated<T>>>();
  function readOnce(policy: RawPolicy): ReturnType<typeof readDated<T>> {
    const result = known.get(policy) ?? readDated(schema, policy[name], `policy.${name}`);
    known.set(policy, result);
    return result;
  }
  return {
    name,
    schema,
    faults(policy) {
      const result = readOnce(policy);
      return 'faults' in result ? result.faults : [];
    },
    read(policy) {
      const result = readOnce(policy);
      if ('faults' in result) throw new InvalidPolicyError(result.faults);
      return result.dated;
    },
  };
}

/**
 * Reads a city's JSON and checks the given sections at once, so that a function fails when it starts and not
 * when the first resident comes by. A function passes its own context's sections; other sections are left
 * alone unless `complete` is set, as the build does, which then refuses a section that nobody declares.
 * @throws InvalidPolicyError naming every faulty path
 */
export function parseCity(
  json: unknown,
  sections: readonly AnyPolicySection[],
  options: { readonly complete?: boolean } = {},
): City {
  const parsed = citySchema.safeParse(json);
  const faults: PolicyFault[] = (parsed.error?.issues ?? []).map((issue) => ({
    path: issue.path.join('.'),
    code: issue.code,
  }));
  const policy = parsed.data?.policy ?? policyOf(json);
  for (const section of sections) faults.push(...section.faults(policy));
  if (options.complete === true) {
    const declared = new Set(sections.map(({ name }) => name));
    for (const name of Object.keys(policy)) {
      if (!declared.has(name))
        faults.push({ path: `policy.${name}`, code: 'no context declares this section' });
    }
  }
  if (!parsed.success || faults.length > 0) throw new InvalidPolicyError(faults);
  const { id, name, divisionCode, settings } = parsed.data;
  return { id, name, divisionCode, settings, policy: (section) => section.read(policy) };
}

/** The sections of a file whose head is faulty, so that their faults are still listed with the head's. */
function policyOf(json: unknown): RawPolicy {
  const parsed = z.object({ policy: z.record(z.string(), z.unknown()) }).safeParse(json);
  return parsed.success ? parsed.data.policy : {};
}
