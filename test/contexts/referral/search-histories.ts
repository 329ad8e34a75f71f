import { openMachinery } from '../../support/workflows/machinery.ts';
import { type HistoryResult, runHistory } from './history.ts';

/** Every fourth history is a long one, in which referrals come to their good end; the others are many. */
const operationsOf = (seed: number): number => (seed % 4 === 0 ? 60 : 22);

/** An engine keeps what has ended for ninety days, and looks through it. */
const RENEWED_EVERY = 200;

export interface Found {
  readonly histories: number;
  readonly writes: number;
  readonly endings: ReadonlyMap<string, number>;
}

/** @throws with the seed of the first history that breaks a rule */
export async function searchHistories(first: number, histories: number): Promise<Found> {
  const endings = new Map<string, number>();
  let machinery = await openMachinery('referral');
  let writes = 0;
  for (let seed = first; seed < first + histories; seed += 1) {
    if (seed % RENEWED_EVERY === 0) {
      await machinery.engine.stop();
      machinery = await openMachinery('referral');
    }
    const result: HistoryResult = await runHistory(machinery, seed, operationsOf(seed)).catch(
      (error: unknown) => {
        throw new Error(`history ${seed} broke`, { cause: error });
      },
    );
    writes += result.writes;
    for (const ending of result.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  await machinery.engine.stop();
  console.log(`${histories} histories, ${writes} writes: ${JSON.stringify(Object.fromEntries(endings))}`);
  return { histories, writes, endings };
}

/** Another first seed, or more histories, for a longer search: `REFERRAL_SEED=7 REFERRAL_HISTORIES=50000`. */
export const FIRST_SEED = Number(process.env['REFERRAL_SEED'] ?? 1);
export const HALF = Number(process.env['REFERRAL_HISTORIES'] ?? 5_000) / 2;

/** A search in which nothing ever succeeds finds nothing. */
export const ENDINGS = ['COMPLETED', 'WITHDRAWN', 'EXPIRED', 'DECLINED', 'REJECTED', 'NO_SHOW', 'DIED'];
