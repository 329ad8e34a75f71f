import type { Part } from '../kernel/part.ts';
import { takeOverRandomness } from '../kernel/random.ts';
import { runHistory } from '../kernel/run.ts';
import { shrink } from '../kernel/shrink.ts';
import { partsOf } from '../workflows/workflows.ts';
import type { Failure, Order, Report } from './messages.ts';

/** Makes this process ready for one workflow's seeds. */
export async function openSearch(workflow: string): Promise<(order: Order) => Promise<Report>> {
  const parts = await partsOf(workflow);
  takeOverRandomness();
  return (order) => search(parts, order);
}

/** One seed after another, up to the first that fails. */
async function search(
  parts: readonly Part[],
  { from, seeds, shrinks, steps: given }: Order,
): Promise<Report> {
  const startedAt = process.cpuUsage();
  const outcomes: Record<string, number> = {};
  let [steps, writes, done] = [0, 0, 0];
  let failure: Failure | undefined;
  for (let seed = from; seed < from + seeds && failure === undefined; seed += 1) {
    const history = await runHistory(parts, { seed, ...(given === undefined ? {} : { steps: given }) });
    steps += history.steps.length;
    writes += history.writes;
    done += 1;
    for (const [outcome, count] of history.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    if (history.violation === undefined) continue;
    const { rule, message } = history.violation;
    const found = { seed, rule, message, steps: history.steps, stepsBefore: history.steps.length };
    failure = shrinks ? await shortened(parts, found) : found;
  }
  const { user, system } = process.cpuUsage(startedAt);
  const report = { seeds: done, steps, writes, cpuMs: (user + system) / 1000, outcomes };
  return failure === undefined ? report : { ...report, failure };
}

async function shortened(parts: readonly Part[], failure: Failure): Promise<Failure> {
  const { steps, message } = await shrink(parts, failure.seed, failure);
  return { ...failure, steps, message };
}
