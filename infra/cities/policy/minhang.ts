import type { RawPolicy } from '../../../shared/policy/city.ts';

/** Section name → dated entries, each with its source. */
export const minhangPolicy: RawPolicy = {};
