import { expect, test } from 'vitest';
import { runHistory } from './history.ts';

const HISTORIES = 5_000;
const OPERATIONS = 60;

/** Another first seed, or more histories, for a longer search: `REFERRAL_SEED=7 REFERRAL_HISTORIES=50000`. */
const first = Number(process.env['REFERRAL_SEED'] ?? 1);
const histories = Number(process.env['REFERRAL_HISTORIES'] ?? HISTORIES);

test('in thousands of interleaved histories every referral ends, nothing stays reserved, and every move is in the table', {
  timeout: 1_800_000,
}, async () => {
  const outcomes = new Map<string, number>();
  const endings = new Map<string, number>();
  let writes = 0;
  for (let seed = first; seed < first + histories; seed += 1) {
    const result = await runHistory(seed, OPERATIONS).catch((error: unknown) => {
      throw new Error(`history ${seed} broke`, { cause: error });
    });
    writes += result.writes;
    for (const [outcome, count] of result.outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
    for (const ending of result.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  console.log(
    `${histories} histories, ${writes} writes; endings ${JSON.stringify(Object.fromEntries(endings))}`,
  );
  if (process.env['REFERRAL_OUTCOMES'] !== undefined) console.log(Object.fromEntries(outcomes));
  // A search in which nothing ever succeeds finds nothing.
  for (const ending of ['COMPLETED', 'WITHDRAWN', 'EXPIRED', 'DECLINED', 'REJECTED', 'NO_SHOW', 'DIED'])
    expect([ending, endings.get(ending) ?? 0]).not.toEqual([ending, 0]);
});
