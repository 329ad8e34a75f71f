import type { TestDeps } from '../../support/deps.ts';

export interface Cost {
  /** Of reading and writing together. */
  readonly units: number;
  /** Of the processor. */
  readonly micros: number;
}

export interface Spent {
  units: number;
}

/** Something that there comes to be more and more of in the table, and what people do with one of their own. */
export interface Grown {
  readonly what: string;
  /** So many are added at once. */
  readonly batch: number;
  /** Adds those of others. */
  fill(deps: TestDeps, index: number): Promise<void>;
  /** What each operation costs for one of some new people; `round` is a name that no other round has. */
  costs(deps: TestDeps, spent: Spent, round: string): Promise<Readonly<Record<string, Cost>>>;
  /** Before anything is stored. */
  open?(deps: TestDeps): Promise<void>;
}

/** The mean over these people of one operation. */
export async function each(
  spent: Spent,
  people: readonly string[],
  work: (patientId: string, index: number) => Promise<unknown>,
): Promise<Cost> {
  const before = { units: spent.units, cpu: process.cpuUsage() };
  for (const [index, patientId] of people.entries()) await work(patientId, index);
  const { user, system } = process.cpuUsage(before.cpu);
  return { units: (spent.units - before.units) / people.length, micros: (user + system) / people.length };
}

export function peopleOf(round: string, count = 200): readonly string[] {
  return Array.from({ length: count }, (_, index) => `r${round}-${index}`);
}
