import { cold } from './cold.ts';
import { consistency } from './consistency.ts';
import { growth } from './growth.ts';
import { panel } from './panel.ts';
import { payment } from './payment.ts';
import { reminders } from './reminders.ts';
import { reports } from './reports.ts';
import { rush } from './rush.ts';
import { signing } from './signing.ts';
import { start } from './start.ts';
import { warm } from './warm.ts';
import { workflows } from './workflows.ts';

/** `npm run bench -- <name>`: each prints a table of figures, measured side by side in this one run. */
const benches: Readonly<Record<string, () => Promise<boolean>>> = {
  cold,
  rush,
  payment,
  panel,
  workflows,
  signing,
  reports,
  reminders,
  warm,
  growth,
  start,
};

/** Takes minutes and measures nothing: only when it is named. */
const named: typeof benches = { ...benches, consistency };

const [name, ...rest] = process.argv.slice(2);
const chosen =
  name === undefined ? Object.entries(benches) : Object.entries(named).filter(([key]) => key === name);
if (chosen.length === 0 || rest.length > 0) {
  console.error(`usage: npm run bench [-- ${Object.keys(named).join(' | ')}]`);
  process.exit(2);
}
let held = true;
for (const [key, bench] of chosen) {
  console.log(`\n## ${key}\n`);
  held = (await bench()) && held;
}
process.exit(held ? 0 : 1);
