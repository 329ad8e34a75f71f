import { mutants } from '../mutants/mutants.ts';
import { spread } from './spread.ts';

export interface Hunt {
  readonly name: string;
  readonly workflow: string;
  /** Seeds tried until it was found, or all. */
  readonly seedsNeeded: number;
  /** The rule that it broke; undefined: it was not found. */
  readonly rule?: string;
}

/** A bug that no longer fits the code around it stumbles over its own words: that is not being found. */
const STUMBLING: readonly string[] = ['TypeError', 'ReferenceError', 'SyntaxError'];

/** Looks for each planted bug, one process each, so many at a time. */
export async function findMutants({
  seeds,
  from,
  processes,
  only,
  rare = true,
  onHunt,
}: {
  readonly seeds: number;
  readonly from: number;
  readonly processes: number;
  readonly only?: string | undefined;
  /** Whether to look for those too that take long to find. */
  readonly rare?: boolean;
  readonly onHunt?: (hunt: Hunt) => void;
}): Promise<readonly Hunt[]> {
  const left = mutants
    .filter(({ name }) => only === undefined || name === only)
    .filter(({ isRare }) => rare || isRare !== true);
  const hunts: Hunt[] = [];
  async function work(): Promise<void> {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const { name, workflow } = mutant;
      const { failures, seeds: tried } = await spread({
        ...{ workflow, from, seeds, mutant: name },
        ...{ processes: 1, shrinks: false },
      });
      const [failure] = failures;
      const hunt = {
        name,
        workflow,
        seedsNeeded: tried,
        ...(failure === undefined || STUMBLING.includes(failure.rule) ? {} : { rule: failure.rule }),
      };
      hunts.push(hunt);
      onHunt?.(hunt);
    }
  }
  await Promise.all(Array.from({ length: processes }, work));
  const order = mutants.map(({ name }) => name);
  return hunts.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}
