import * as z from 'zod/mini';
import type { Schema } from '../context.ts';

/**
 * From here on a schema is compiled, which takes as long as a few dozen parses and makes each of those that follow ten
 * times as fast. A container that serves little never gets there, and none does while it starts.
 */
const USES_TO_COMPILE = 100;

const used = new WeakMap<Schema, { count: number; compiled?: Schema }>();

/** The schema, or what parses the same in less time; what is wrong with a value it says in the same words. */
export function warmed(schema: Schema): Schema {
  const known = used.get(schema);
  if (known?.compiled !== undefined) return known.compiled;
  if (known === undefined) used.set(schema, { count: 1 });
  else if (++known.count > USES_TO_COMPILE) known.compiled = z.compile(schema);
  return schema;
}
