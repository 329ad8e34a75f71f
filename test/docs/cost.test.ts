import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTAINER } from '../cost/city.ts';
import { page } from '../cost/page.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

test('docs/cost.md is what `npm run cost` writes', () => {
  expect(read('docs/cost.md')).toBe(page());
});

test('a function has the memory that is reckoned with', () => {
  const memory = `const MEMORY_MB = ${CONTAINER.memoryMb};`;
  expect(read('infra/constructs/context-function.ts')).toContain(memory);
});
