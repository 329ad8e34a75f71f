import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machines } from '../../infra/machines.ts';
import { machineFaults } from '../support/workflows/machine-faults.ts';
import { perform, reportOf, scenariosOf } from '../support/workflows/scenario.ts';

const foldersIn = (path: string): readonly string[] =>
  readdirSync(join(import.meta.dirname, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();

const names = machines.map(({ name }) => name).toSorted();

describe('the machines', () => {
  it('are those that have a definition, and each has its scenarios', () => {
    expect(foldersIn('../../workflows')).toEqual(names);
    expect(foldersIn('.')).toEqual(names);
  });
});

for (const machine of machines) {
  const scenarios = await scenariosOf(machine);
  describe(`the machine ${machine.name}`, () => {
    it('passes asl-validator and our lint, and fits the contexts', () => {
      expect(machineFaults(machine)).toEqual([]);
    });

    it.each(scenarios)('$it', async (scenario) => {
      await perform(machine, scenario);
    });

    it('has no state, choice, retry, catch or timeout that no scenario goes through', async () => {
      expect((await reportOf(machine, scenarios)).faults).toEqual([]);
    });
  });
}
