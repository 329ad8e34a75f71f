import { testDeps } from '../support/deps.ts';
import { bookings } from './growing/bookings.ts';
import type { Cost, Grown, Spent } from './growing/grown.ts';
import { plans } from './growing/plans.ts';
import { referrals } from './growing/referrals.ts';
import { median } from './median.ts';

const FIRST = 100;
const FACTORS = [1, 10, 100] as const;
const ROUNDS = 5;
const MOST_MORE = 1.1;

/**
 * A hundred of others in the table, then a thousand, then ten thousand: what people do with one of their own costs then,
 * in units and in time of the processor. In memory, so that it is our code's and not an engine's.
 */
export async function growth(): Promise<boolean> {
  let held = true;
  for (const grown of [bookings, plans, referrals]) held = (await grow(grown)) && held;
  return held;
}

type Costs = Readonly<Record<string, Cost>>;

async function grow(grown: Grown): Promise<boolean> {
  const spent: Spent = { units: 0 };
  const deps = testDeps({
    memory: {
      onConsumed: ({ readUnits, writeUnits }) => {
        spent.units += readUnits + writeUnits;
      },
    },
  });
  await grown.open?.(deps);
  // Compiled before anything is measured.
  for (let round = 0; round < ROUNDS; round += 1) await grown.costs(deps, spent, `warm${round}`);
  let stored = 0;
  const found: Costs[] = [];
  for (const factor of FACTORS) {
    for (; stored < FIRST * factor; stored += grown.batch) await grown.fill(deps, stored / grown.batch);
    const rounds: Costs[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await grown.costs(deps, spent, `${factor}x${round}`));
    found.push(middleOf(rounds));
  }
  return report(grown, found);
}

function middleOf(rounds: readonly Costs[]): Costs {
  const middle = (name: string, of: keyof Cost): number =>
    median(rounds.map((costs) => costs[name]?.[of] ?? Number.NaN));
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, { units: middle(name, 'units'), micros: middle(name, 'micros') }]),
  );
}

function report({ what }: Grown, found: readonly Costs[]): boolean {
  const [least = {}] = found;
  const most = found.at(-1) ?? {};
  const row = (name: string): readonly (readonly [string, number])[] =>
    found.flatMap((costs, index) => {
      const stored = FIRST * (FACTORS[index] ?? 1);
      return [
        [`units, ${stored} stored`, Number(costs[name]?.units.toFixed(2))],
        [`µs, ${stored}`, Math.round(costs[name]?.micros ?? 0)],
      ] as const;
    });
  console.table(Object.fromEntries(Object.keys(least).map((name) => [name, Object.fromEntries(row(name))])));
  const time = sum(most, 'micros') / sum(least, 'micros');
  // Of the operation that has become dearest.
  const units = Math.max(...Object.keys(least).map((name) => ratio(most[name]?.units, least[name]?.units)));
  console.log(
    `a hundred times as many ${what}: units of any operation at most ${units.toFixed(3)}, time of all ${time.toFixed(3)} times; bar ${MOST_MORE}`,
  );
  return units <= MOST_MORE && time <= MOST_MORE;
}

function sum(costs: Costs, of: keyof Cost): number {
  return Object.values(costs).reduce((total, cost) => total + cost[of], 0);
}

function ratio(most = Number.NaN, least = Number.NaN): number {
  return most / least;
}
