import { type TestDeps, testDeps } from '../support/deps.ts';
import { bookings } from './growing/bookings.ts';
import type { Cost, Grown, Spent } from './growing/grown.ts';
import { plans } from './growing/plans.ts';
import { referrals } from './growing/referrals.ts';
import { median } from './median.ts';

const FIRST = 100;
const FACTORS = [1, 10, 100] as const;
const ROUNDS = 45;
/** Uncounted: the code is compiled meanwhile. */
const WARMING = 3;
const MOST_MORE = 1.1;

/**
 * A hundred of others in one table, a thousand in another, ten thousand in a third: what people do with one of their own
 * costs in each, in units and in time of the processor, the tables taking turns. In memory, so that it is our code's and
 * not an engine's.
 */
export async function growth(): Promise<boolean> {
  let held = true;
  for (const grown of [bookings, plans, referrals]) held = (await grow(grown)) && held;
  return held;
}

type Costs = Readonly<Record<string, Cost>>;

interface Filled {
  readonly deps: TestDeps;
  readonly spent: Spent;
  readonly rounds: Costs[];
}

async function grow(grown: Grown): Promise<boolean> {
  const tables: Filled[] = [];
  for (const factor of FACTORS) tables.push(await filled(grown, FIRST * factor));
  for (let round = 0; round < WARMING + ROUNDS; round += 1) {
    for (const { deps, spent, rounds } of tables) {
      const costs = await grown.costs(deps, spent, String(round));
      if (round >= WARMING) rounds.push(costs);
    }
  }
  return report(
    grown,
    tables.map(({ rounds }) => middleOf(rounds)),
  );
}

async function filled(grown: Grown, count: number): Promise<Filled> {
  const spent: Spent = { units: 0 };
  const deps = testDeps({
    memory: {
      onConsumed: ({ readUnits, writeUnits }) => {
        spent.units += readUnits + writeUnits;
      },
    },
  });
  await grown.open?.(deps);
  for (let index = 0; index < count / grown.batch; index += 1) await grown.fill(deps, index);
  return { deps, spent, rounds: [] };
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
