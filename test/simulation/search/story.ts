import { takeOverRandomness } from '../kernel/random.ts';
import { runHistory } from '../kernel/run.ts';
import { partsOf } from '../workflows/workflows.ts';

/** One history in words, line by line: the same seed tells the same. */
export async function tellStory(workflow: string, seed: number): Promise<void> {
  const parts = await partsOf(workflow);
  takeOverRandomness();
  const { violation, steps } = await runHistory(parts, { seed, tell: (line) => console.log(line()) });
  console.log(
    violation === undefined
      ? `${steps.length} steps, and every rule holds`
      : `It breaks ${violation.message}`,
  );
}
