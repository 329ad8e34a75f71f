import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Way } from '../../../infra/local/step-functions/run.ts';
import type { Machine } from '../../../infra/machines.ts';
import { billedTransitions, type Coverage, coverageOf } from './coverage.ts';
import { openPlay, type Play } from './play.ts';

export interface Scenario {
  /** A sentence about what the machine does. */
  readonly it: string;
  /** The one scenario whose transitions are counted as the machine's price. */
  readonly happy?: true;
  /** Plays it, and asserts by `node:assert/strict`: it runs with and without vitest. */
  readonly play: (play: Play) => Promise<void>;
}

/** @returns the ways that the execution went. @throws what the scenario throws */
export async function perform(machine: Machine, { play }: Scenario): Promise<readonly Way[]> {
  const ways: Way[] = [];
  const opened = await openPlay(machine, (way) => ways.push(way));
  try {
    await play(opened);
  } finally {
    await opened.close();
  }
  return ways;
}

const FOLDER = join(import.meta.dirname, '..', '..', 'workflows');

/** All that the modules of `test/workflows/<machine>/` export as `scenarios`. */
export async function scenariosOf({ name }: Machine): Promise<readonly Scenario[]> {
  const files = globSync(`${name}/*.ts`, { cwd: FOLDER }).toSorted();
  const modules: { readonly scenarios: readonly Scenario[] }[] = await Promise.all(
    files.map((file) => import(join(FOLDER, file))),
  );
  return modules.flatMap(({ scenarios }) => scenarios);
}

export interface MachineReport {
  readonly machine: string;
  readonly coverage: Coverage;
  /** Of the happy scenario. */
  readonly billed: number | undefined;
  readonly faults: readonly string[];
}

/** Plays all scenarios of a machine. Faults: scenarios that fail, and what is not covered. */
export async function reportOf(machine: Machine, scenarios: readonly Scenario[]): Promise<MachineReport> {
  const faults: string[] = [];
  const gone: Way[] = [];
  let billed: number | undefined;
  for (const scenario of scenarios) {
    try {
      const ways = await perform(machine, scenario);
      gone.push(...ways);
      if (scenario.happy) billed = billedTransitions(ways);
    } catch (error) {
      faults.push(`failed: ${scenario.it}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const happy = scenarios.filter((scenario) => scenario.happy).length;
  if (happy !== 1) faults.push(`${happy} scenarios are happy, one has to be`);
  const definition = machine.definition.fill({ partition: 'local', worker: (context) => context });
  const coverage = coverageOf(definition, gone);
  faults.push(...coverage.missing.map((name) => `not covered: ${name}`));
  return { machine: machine.name, coverage, billed, faults };
}
