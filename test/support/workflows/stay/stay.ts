import { join } from 'node:path';
import type { Machine } from '../../../../infra/machines.ts';
import { readDefinitionFile } from '../../../../infra/workflows/definition.ts';

/** A machine that no city has: what the machinery around machines is tried on, whatever the real ones are today. */
export const stay: Machine = {
  name: 'stay',
  owner: 'ward',
  definition: readDefinitionFile('stay', join(import.meta.dirname, '..')),
};
