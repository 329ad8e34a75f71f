import { appendFileSync } from 'node:fs';
import { confinedContext } from '../../infra/confined-context.ts';
import { contexts } from '../../infra/contexts.ts';
import type { Context } from '../../shared/context.ts';

/**
 * `npm start` with every context held to the policies that it has on AWS. Each refusal becomes a line of the file
 * that `CONFINED_TO` names. The list is changed in place, before anything has read it.
 */
const file = process.env['CONFINED_TO'];
if (file === undefined) throw new Error('CONFINED_TO names no file');
const list = contexts as Context[];
list.splice(
  0,
  list.length,
  ...list.map((context) => confinedContext(context, (sentence) => appendFileSync(file, `${sentence}\n`))),
);
await import('../../infra/local/main.ts');
