import type { Part } from './part.ts';
import { runHistory } from './run.ts';
import type { Step } from './step.ts';

/** Histories to try at most: the last steps to go are the dearest. */
const MOST_TRIALS = 600;

export interface Shrunk {
  readonly steps: readonly Step[];
  readonly message: string;
  readonly trials: number;
}

/**
 * A shorter history that breaks the same rule: steps are left out in halves, quarters… down to single ones (delta
 * debugging), then each task is let run through at once where the order did not matter.
 */
export async function shrink(
  parts: readonly Part[],
  seed: number,
  { steps, rule }: { readonly steps: readonly Step[]; readonly rule: string },
): Promise<Shrunk> {
  let trials = 0;
  let message = '';
  const stillFails = async (some: readonly Step[]): Promise<readonly Step[] | undefined> => {
    if (trials >= MOST_TRIALS) return undefined;
    trials += 1;
    const { violation, steps: done } = await runHistory(parts, { seed, steps: some });
    if (violation?.rule !== rule) return undefined;
    ({ message } = violation);
    return done.length < some.length ? done : some;
  };
  let best = steps;
  for (;;) {
    const before = JSON.stringify(best);
    best = await withLess(best, stillFails);
    best = await withoutOrder(best, stillFails);
    best = await withoutFates(best, stillFails);
    if (JSON.stringify(best) === before || trials >= MOST_TRIALS) return { steps: best, message, trials };
  }
}

type Fails = (steps: readonly Step[]) => Promise<readonly Step[] | undefined>;

async function withLess(given: readonly Step[], stillFails: Fails): Promise<readonly Step[]> {
  let best = given;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.length; ) {
      const fewer = await stillFails([...best.slice(0, start), ...best.slice(start + size)]);
      if (fewer === undefined) start += size;
      else best = fewer;
    }
  }
  return best;
}

/** Each task as one step, if it need not be interrupted. */
async function withoutOrder(given: readonly Step[], stillFails: Fails): Promise<readonly Step[]> {
  let best = given;
  const ids = given.flatMap((step) => ('start' in step && step.through !== true ? [step.id] : []));
  for (const id of ids) {
    const whole = best.flatMap((step): Step[] => {
      if ('go' in step && step.go === id) return [];
      return 'start' in step && step.id === id ? [{ ...step, through: true }] : [step];
    });
    best = (await stillFails(whole)) ?? best;
  }
  return joined(best);
}

async function withoutFates(given: readonly Step[], stillFails: Fails): Promise<readonly Step[]> {
  let best = given;
  for (const [index, step] of given.entries()) {
    if (!('go' in step) || step.fate === undefined || best[index] !== step) continue;
    const { fate: _, ...calm } = step;
    best = (await stillFails(best.with(index, calm))) ?? best;
  }
  return joined(best);
}

/** Calls of one task in a row are one step. */
function joined(steps: readonly Step[]): readonly Step[] {
  const all: Step[] = [];
  for (const step of steps) {
    const last = all.at(-1);
    if (last && 'go' in last && 'go' in step && last.go === step.go && last.fate === undefined)
      all[all.length - 1] = { ...step, calls: last.calls + step.calls };
    else all.push(step);
  }
  return all;
}
