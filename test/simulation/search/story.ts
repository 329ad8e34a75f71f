import { takeOverRandomness } from '../kernel/random.ts';
import { runHistory } from '../kernel/run.ts';
import { partsOf } from '../workflows/workflows.ts';

/** Histories in words, line by line: the same seed tells the same, whatever was told before. */
export async function tellStories(workflow: string, from: number, seeds: number): Promise<void> {
  const parts = await partsOf(workflow);
  takeOverRandomness();
  for (let seed = from; seed < from + seeds; seed += 1) {
    console.log(`# ${workflow}, seed ${seed}`);
    const { violation, steps } = await runHistory(parts, { seed, tell: (line) => console.log(line()) });
    console.log(
      violation === undefined
        ? `${steps.length} steps, and every rule holds`
        : `It breaks ${violation.message}`,
    );
  }
}
