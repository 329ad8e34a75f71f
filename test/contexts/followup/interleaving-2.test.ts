import { test } from 'vitest';
import { interleaveMany } from './interleaving.ts';

test('keeps the rules after every write of 300 random interleavings', () => interleaveMany(2), 300_000);
