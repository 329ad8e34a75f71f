import { machines } from '../../infra/machines.ts';
import { KINDS } from '../support/workflows/coverage.ts';
import { machineFaults } from '../support/workflows/machine-faults.ts';
import { type MachineReport, reportOf, scenariosOf } from '../support/workflows/scenario.ts';

/** `npm run workflows`: what each machine costs on its happy path, and what of it the scenarios have seen. */
function line(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(14) : cell.padStart(10))).join(' ');
}

function row({ machine, coverage: { counts }, billed }: MachineReport): string {
  const shares = KINDS.map((kind) => `${counts[kind].done}/${counts[kind].all}`);
  return line([machine, String(billed ?? '-'), ...shares]);
}

console.log(line(['machine', 'billed', ...KINDS]));
for (const machine of machines) {
  const report = await reportOf(machine, await scenariosOf(machine));
  console.log(row(report));
  for (const fault of [...machineFaults(machine), ...report.faults]) {
    console.log(`  ${fault}`);
    process.exitCode = 1;
  }
}
console.log(`${machines.length} machines; billed: transitions on the happy path, retries included`);
