import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { plantNamed } from './mutants/plant.ts';
import { findMutants } from './search/find-mutants.ts';
import { keepFailure } from './search/regressions.ts';
import { spread } from './search/spread.ts';
import { WORKFLOWS } from './workflows/workflows.ts';

/**
 * `npm run simulate -- --workflow booking --seeds 10000 --from 1`; without a workflow all of them.
 * `--seed 7 --trace` tells one history in words, `--from 3 --seeds 3 --trace` some; `--mutants` looks for every planted
 * bug.
 */
enableCompileCache();
const { values } = parseArgs({
  options: {
    workflow: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});

const workflows = values.workflow === undefined ? WORKFLOWS : [values.workflow];
const processes = whole('processes');
const [from, seeds] = values.seed === undefined ? [whole('from'), whole('seeds')] : [whole('seed'), 1];

if (values.mutants) await allMutants();
else if (values.trace) {
  plantNamed(values.mutant);
  // Only now: what was read before is read without the bug.
  const { tellStories } = await import('./search/story.ts');
  await tellStories(workflows[0] ?? '', from, seeds);
} else for (const workflow of workflows) await search(workflow);

async function search(workflow: string): Promise<void> {
  const startedAt = performance.now();
  const mutant = values.mutant === undefined ? {} : { mutant: values.mutant };
  const found = await spread({ workflow, from, seeds, processes, ...mutant });
  const seconds = (performance.now() - startedAt) / 1000;
  const { steps, writes, cpuMs, failures } = found;
  console.log(
    `${workflow}: ${found.seeds} seeds from ${from}, ${steps} steps, ${writes} writes, ` +
      `${failures.length} violations; ${seconds.toFixed(0)} s, ${(cpuMs / found.seeds).toFixed(1)} ms of CPU a seed`,
  );
  for (const failure of failures) {
    process.exitCode = 1;
    const file = keepFailure(workflow, failure, values.mutant);
    console.log(`\nseed ${failure.seed} breaks ${failure.message}`);
    console.log(`${failure.steps.length} steps of ${failure.stepsBefore} are left, in ${file}:`);
    for (const step of failure.steps) console.log(`  ${JSON.stringify(step)}`);
    console.log(
      `npm run simulate -- --workflow ${workflow} --seed ${failure.seed} --trace tells all of it\n`,
    );
  }
}

async function allMutants(): Promise<void> {
  const hunts = await findMutants({
    ...{ seeds, from, processes },
    only: values.mutant,
    onHunt: ({ name, seedsNeeded, rule, workflow: where }) => {
      const how = rule === undefined ? 'NOT FOUND' : `${rule} after ${seedsNeeded} seeds`;
      console.log(`${name.padEnd(36)} ${where.padEnd(12)} ${how}`);
    },
  });
  const found = hunts.filter(({ rule }) => rule !== undefined);
  console.log(`${found.length} of ${hunts.length} planted bugs found`);
  if (found.length < hunts.length) process.exitCode = 1;
}

/** Anything else would search nothing and find nothing, which looks like health. */
function whole(name: 'from' | 'processes' | 'seed' | 'seeds'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} is no whole number from 1 on`);
  return number;
}
