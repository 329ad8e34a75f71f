import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutated } from './mutants/mutant.ts';
import { mutants } from './mutants/mutants.ts';
import { findMutants } from './search/find-mutants.ts';
import { regressions } from './search/regressions.ts';
import { replay, spread } from './search/spread.ts';
import { partsOf, WORKFLOWS } from './workflows/workflows.ts';

/** In the gate; `npm run simulate` searches further. */
const SEEDS: Readonly<Record<string, number>> = {
  ...{ booking: 1_500, payment: 500, referral: 400, signing: 500, notification: 400, followup: 600 },
  city: 60,
};
/** What `npm run simulate -- --mutants` may need; those that need more than the gate has time for it alone looks for. */
const MOST_SEEDS = 10_000;
const FROM = Number(process.env['SIMULATION_SEED'] ?? 1);
const ROOT = join(import.meta.dirname, '../..');

describe.for(WORKFLOWS)('%s', (workflow) => {
  test('keeps every rule after every write of every history, and comes to rest', {
    timeout: 600_000,
  }, async () => {
    const seeds = SEEDS[workflow] ?? 300;
    const { failures, outcomes, ...found } = await spread({ workflow, from: FROM, seeds, processes: 1 });
    const [failure] = failures;
    expect(failure, `npm run simulate -- --workflow ${workflow} --seed ${failure?.seed}`).toBeUndefined();
    console.log(`${workflow}: ${found.seeds} seeds, ${found.steps} steps, ${found.writes} writes`);
    // A search that only ever refuses finds nothing.
    const parts = await partsOf(workflow);
    for (const { outcomes: wanted } of parts.length === 1 ? parts : [])
      for (const outcome of wanted) expect([outcome, outcomes[outcome] ?? 0]).not.toEqual([outcome, 0]);
  });

  test('tells the same story byte for byte each time it is asked for the same seed, whatever it told before', () => {
    const told = (...which: readonly string[]): string =>
      execFileSync(
        process.execPath,
        ['test/simulation/run.ts', '--workflow', workflow, '--trace', ...which],
        { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      );
    const alone = told('--seed', '8');
    expect(alone.split('\n').length).toBeGreaterThan(30);
    expect(told('--from', '6', '--seeds', '3').endsWith(alone)).toBe(true);
  });
});

describe('planted bugs', () => {
  test('each still fits the code it is planted in, exactly once', () => {
    const faults = mutants.flatMap((mutant) => {
      try {
        mutated(mutant, readFileSync(join(ROOT, mutant.file), 'utf8'));
        return [];
      } catch (error) {
        return [String(error)];
      }
    });
    expect(faults).toEqual([]);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  test('are all found', { timeout: 900_000 }, async () => {
    const hunts = await findMutants({ seeds: MOST_SEEDS, from: FROM, processes: 1, rare: false });
    expect(hunts.filter(({ rule }) => rule === undefined).map(({ name }) => name)).toEqual([]);
    for (const { name, seedsNeeded, rule } of hunts)
      console.log(`${name}: ${rule} after ${seedsNeeded} seeds`);
  });
});

test('histories that broke a rule once break none any more', { timeout: 300_000 }, async () => {
  for (const [workflow, known = []] of Object.entries(
    Object.groupBy(regressions(), ({ regression }) => regression.workflow),
  )) {
    const failures = await replay(
      workflow,
      known.map(({ regression }) => regression),
    );
    expect(failures.map((failure, index) => [known[index]?.file, failure?.message])).toEqual(
      known.map(({ file }) => [file, undefined]),
    );
  }
});
