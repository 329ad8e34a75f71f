import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { contexts } from '../../infra/contexts.ts';
import type { Context, Schema } from '../../shared/context.ts';
import { warmed } from '../../shared/http/warm-schema.ts';
import { jsonOf, nearly } from '../fuzz/values.ts';
import { call } from './edge.ts';
import { publicRoute, smallCity } from './small-context.ts';

const MANY = 150;

function schemasOf({ routes }: Context): readonly Schema[] {
  return routes.flatMap(({ request: { params, query, body }, response }) =>
    [params, query, body, response].filter((schema) => schema !== undefined),
  );
}

/** What parsing makes of a value: the value that leaves, or every fault. */
function outcome(schema: Schema, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value);
  return success ? { data } : { issues: error.issues };
}

it.each(contexts)('a compiled schema of $name parses as the schema itself does', (context) => {
  const pairs = schemasOf(context).map((schema) => ({ schema, compiled: z.compile(schema) }));
  const cases = pairs.map(({ schema, compiled }) =>
    nearly(jsonOf(schema)).map((value) => ({ schema, compiled, value })),
  );
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(...cases), ({ schema, compiled, value }) => {
      const found = outcome(compiled, value);
      expect(found).toEqual(outcome(schema, value));
      if ('data' in Object(found)) taken += 1;
    }),
    { numRuns: 1_000, seed: 20_261_130 },
  );
  // Refused values alone would prove little.
  expect(taken).toBeGreaterThan(100);
});

it('a schema is compiled once it has been used often', () => {
  const schema = z.object({ name: z.string() });
  const seen = Array.from({ length: MANY }, () => warmed(schema));
  expect(seen[0]).toBe(schema);
  const last = seen.at(-1);
  expect(last).not.toBe(schema);
  expect(warmed(schema)).toBe(last);
  expect(last?.safeParse({ name: 'a', secret: 'b' }).data).toEqual({ name: 'a' });
  expect(outcome(last ?? schema, {})).toEqual(outcome(schema, {}));
});

it('a field that is not declared does not leave, however often it is asked for', async () => {
  const { api } = smallCity([publicRoute(async () => ({ name: 'a', secret: 'b' }))]);
  const answers = new Set<string>();
  for (let count = 0; count < MANY; count += 1)
    answers.add(JSON.stringify((await call(api, 'GET /things')).json));
  expect([...answers]).toEqual(['{"name":"a"}']);
});
