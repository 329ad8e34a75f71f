import fc from 'fast-check';
import * as z from 'zod/mini';
import type { Schema } from '../../shared/context.ts';

/** Values that a schema takes, and what nobody would send who means well. */

/** An id that names whom the tests know. */
export const SUBJECT = 'x1';

const HOSTILE_TEXTS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '$(id)',
  '张三',
  'x#y',
  'a,b',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9'.repeat(400),
  'x'.repeat(3_000),
  '\u0000',
  '\ud800',
  '\u202e',
  '﻿',
  '%00',
  '%2F..%2F',
  '%',
  '110101199003078515',
  '2026-02-30',
  '9999-12-31',
  '0000-00-00T00:00:00Z',
  '20260306A-doctor1',
  '20260306A-doctor1_1',
];

const HOSTILE_VALUES = [
  null,
  true,
  -1,
  0,
  0.1,
  1e308,
  -(2 ** 53),
  [],
  {},
  [[[]]],
  { $exists: true },
  ...HOSTILE_TEXTS,
];

export const HOSTILE_BODIES = [
  '{',
  'null',
  '[]',
  '"text"',
  '1e999',
  '﻿{}',
  '{"__proto__":{"a":1}}',
  '{"a":1,"a":2}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  `{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
  JSON.stringify('x'.repeat(200_000)),
  '\u0000\u0001',
];

export const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const hostileValue = fc.oneof(fc.constantFrom<unknown>(...HOSTILE_VALUES), fc.jsonValue({ maxDepth: 3 }));

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
}

/** What a schema takes, with something hostile in its place now and then. */
export function nearly(schema: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostileValue });
}

function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, anyOf, items, properties = {}, minimum = -10, maximum = 1_000 } = schema;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(fitting));
  if (type === 'object') {
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, nearly(field)]),
    );
    return fc.record(fields, { requiredKeys: Object.keys(fields).slice(0, -1) });
  }
  if (type === 'array') return fc.array(nearly(items ?? {}), { maxLength: 3 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') {
    const low = Math.max(minimum, -1e6);
    return fc.integer({ min: low, max: Math.max(low, Math.min(maximum, 1e6)) });
  }
  if (schema.format === 'date-time')
    return fc.constantFrom('2026-03-02T00:00:00.000Z', '2099-12-31T23:59:59Z');
  if (schema.pattern?.includes('\\d{4}-\\d{2}-\\d{2}') === true)
    return fc.constantFrom('2026-03-06', '2026-12-31', '2031-01-01');
  if (schema.pattern !== undefined) return fc.oneof(fc.constant(SUBJECT), matching(schema.pattern));
  return fc.string({ minLength: 1, maxLength: 12 });
}

function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return fc.constant(SUBJECT);
  }
}

export function jsonOf(schema: Schema | undefined): JsonSchema {
  if (schema === undefined) return {};
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}
