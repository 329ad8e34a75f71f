import { record } from '../engines/table/consistency.ts';
import { faultOf } from '../engines/table/serialisable.ts';
import { startTableEngine } from '../support/table-engine.ts';

const OPERATIONS = 200;
/** Told now and then how far it is. */
const PORTION = 100;

/**
 * Recorded histories of 200 operations by 20 clients at once on the embedded engine, each held against every order that
 * a table could have done them in: no update lost, nothing read that never was. `CONSISTENCY_HISTORIES` for fewer.
 */
export async function consistency(): Promise<boolean> {
  const histories = Number(process.env['CONSISTENCY_HISTORIES'] ?? 1_000);
  const engine = await startTableEngine();
  const faults: string[] = [];
  let [transactions, refused] = [0, 0];
  try {
    for (let seed = 1; seed <= histories; seed += 1) {
      const recorded = await record(engine.table, `consistency-${seed}`, seed, OPERATIONS);
      const fault = faultOf(recorded);
      if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`);
      transactions += recorded.transactions.length;
      refused += recorded.refused.size;
      if (seed % PORTION === 0) console.log(`${seed} of ${histories} histories`);
    }
  } finally {
    await engine.stop();
  }
  console.table([
    { histories, operations: histories * OPERATIONS, transactions, refused, faults: faults.length },
  ]);
  for (const fault of faults) console.log(fault);
  return faults.length === 0;
}
