import { createHash, randomUUID } from 'node:crypto';
import { type Json, parseJson } from './json.ts';

const HASHES: readonly string[] = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const MAX_RANGE = 1000;

/** mulberry32: the same seed gives the same number, as `$random(seed)` promises. */
function seeded(seed: number): number {
  let mixed = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function partition(list: readonly Json[], size: number): Json[] {
  if (!Number.isInteger(size) || size < 1) throw new Error('$partition needs a positive whole size');
  const parts = Math.ceil(list.length / size);
  return Array.from({ length: parts }, (_, index) => list.slice(index * size, (index + 1) * size));
}

function range(first: number, last: number, step: number): number[] {
  if (step === 0) throw new Error('$range needs a step other than 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_RANGE) throw new Error(`$range makes at most ${MAX_RANGE} numbers`);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

function hash(text: string, algorithm: string): string {
  if (!HASHES.includes(algorithm)) throw new Error(`$hash knows ${HASHES.join(', ')}`);
  return createHash(algorithm.replace('-', '')).update(text).digest('hex');
}

function refused(): never {
  throw new Error('$eval is not available in Step Functions');
}

/** What Step Functions adds to JSONata, with JSONata's signatures. */
export const STEP_FUNCTIONS_ADDS = [
  { name: 'partition', apply: partition, signature: '<an:a>' },
  { name: 'range', apply: range, signature: '<nnn:a>' },
  { name: 'hash', apply: hash, signature: '<ss:s>' },
  {
    name: 'random',
    apply: (seed?: number) => (seed === undefined ? Math.random() : seeded(seed)),
    signature: '<n?:n>',
  },
  { name: 'uuid', apply: () => randomUUID(), signature: '<:s>' },
  { name: 'parse', apply: parseJson, signature: '<s:x>' },
  { name: 'eval', apply: refused, signature: '<x-x?:x>' },
] as const;
