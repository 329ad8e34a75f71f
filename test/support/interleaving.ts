import type { Table } from '../../shared/data/table.ts';
import { TableUnavailable } from '../../shared/data/table-errors.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import type { Dice } from './dice.ts';

const MOST_AT_ONCE = 4;

/** Calls that wait until they are let through, one by one, in an order that the dice say. */
export class Turns {
  /** Off: nothing waits, and every write is done and answered. */
  isOn = true;
  readonly #dice: Dice;
  readonly #misfortune: number;
  readonly #waiting: (() => void)[] = [];

  /** @param misfortune how often a write is not done, or done and not answered */
  constructor(dice: Dice, misfortune: number) {
    this.#dice = dice;
    this.#misfortune = misfortune;
  }

  /** Resolves when it is let through. */
  async take(): Promise<void> {
    if (this.isOn) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  letOne(): void {
    this.#waiting.splice(this.#dice.below(this.#waiting.length), 1)[0]?.();
  }

  /** Whatever waits goes on, and from now on nothing waits. */
  end(): void {
    this.isOn = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** The table with a turn to wait for before each call. */
  table(table: Table): Table {
    const turn = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.take();
      return call();
    };
    const write = async <T>(call: () => Promise<T>): Promise<T> => {
      const roll = this.isOn ? this.#dice.next() : 1;
      if (roll < this.#misfortune / 2) throw new TableUnavailable('ThrottlingException', 'no');
      const answer = await turn(call);
      if (roll < this.#misfortune) throw new TableUnavailable('TimeoutError', 'unknown');
      return answer;
    };
    return {
      get: (...args) => turn(() => table.get(...args)),
      getMany: (...args) => turn(() => table.getMany(...args)),
      query: (...args) => turn(() => table.query(...args)),
      put: (...args) => write(() => table.put(...args)),
      update: (...args) => write(() => table.update(...args)),
      delete: (...args) => write(() => table.delete(...args)),
      transact: (...args) => write(() => table.transact(...args)),
    };
  }
}

/** Its name, and what it does: a text that it answers says how it ended, anything else that it succeeded. */
export type Operation = readonly [string, () => Promise<unknown>];

export interface Interleaved {
  readonly dice: Dice;
  readonly turns: Turns;
  /** How often another operation starts, and how often time passes, of all that happens. */
  readonly starts: number;
  readonly passes: number;
  /** The next operation; undefined: it was done while all others stood still. */
  readonly next: () => Operation | Promise<Operation | undefined>;
  readonly passTime: () => void;
}

/**
 * Starts operations, lets their calls through one by one in any order, and moves the clock, as the dice say.
 * Answers how often each ended how: `book ok`, `book SOLD_OUT`, `book unanswered`. @throws the first other error
 */
export async function interleave(
  operations: number,
  { dice, turns, starts, passes, next, passTime }: Interleaved,
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  const failures: unknown[] = [];
  let [started, running] = [0, 0];
  const ended = (name: string, ending: string): void => {
    const outcome = `${name} ${ending}`;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  const start = async (): Promise<void> => {
    const operation = await next();
    if (operation === undefined) return;
    const [name, work] = operation;
    running += 1;
    work()
      .then(
        (said) => ended(name, typeof said === 'string' ? said : 'ok'),
        (error: unknown) => ended(name, endingOf(error)),
      )
      .catch((error: unknown) => failures.push(error))
      .finally(() => {
        running -= 1;
      });
  };
  while (started < operations || running > 0) {
    const roll = dice.next();
    if (started < operations && running < MOST_AT_ONCE && (roll < starts || running === 0)) {
      started += 1;
      await start();
    } else if (roll > 1 - passes) passTime();
    else turns.letOne();
    await settled();
    if (failures.length > 0) throw failures[0];
  }
  return outcomes;
}

function endingOf(error: unknown): string {
  if (error instanceof Refusal) return error.code;
  // By its name: a worker lets a copy of it out.
  if (error instanceof Error && error.name === 'TableUnavailable') return 'unanswered';
  throw error;
}

/** After this no use case can go on without another turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
