import { expect, test } from 'vitest';
import { ENDINGS, FIRST_SEED, HALF, searchHistories } from './search-histories.ts';

test('every referral ends, nothing stays reserved and every move is in the table, in thousands of interleaved histories (2 of 2)', {
  timeout: 1_800_000,
}, async () => {
  const { endings } = await searchHistories(FIRST_SEED + 1 * HALF, HALF);
  for (const ending of ENDINGS) expect([ending, endings.get(ending) ?? 0]).not.toEqual([ending, 0]);
});
