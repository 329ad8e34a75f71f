import type { Dice } from '../../support/dice.ts';
import type { Task } from './scheduler.ts';
import type { Fate, Step } from './step.ts';

/** What can happen next. */
export interface View {
  readonly running: readonly Task[];
  readonly started: number;
}

/** Says what happens next; undefined: the history is over, and comes to rest. */
export interface Source {
  next(view: View): Step | undefined;
}

/** How a seed's day is: calm, or full of faults. */
export interface Weather {
  /** Share of calls with a fate other than `done`. */
  readonly faults: number;
  /** Share of those in which a container dies. */
  readonly crashes: number;
  /** How often the task that went on last goes on again. */
  readonly haste: number;
}

const WEATHERS: readonly Weather[] = [
  { faults: 0, crashes: 0, haste: 0 },
  { faults: 0, crashes: 0, haste: 0.7 },
  { faults: 0.02, crashes: 0.3, haste: 0.3 },
  { faults: 0.05, crashes: 0.2, haste: 0.3 },
  { faults: 0.05, crashes: 0.8, haste: 0.6 },
];

const MOST_AT_ONCE = 4;
const STARTS = 0.25;
const PASSES = 0.015;
const MINUTE = 60_000;
/** Milliseconds that pass at once: mostly minutes, now and then a day. */
const PASSING = [5_000, 20_000, MINUTE, 3 * MINUTE, 12 * MINUTE, 20 * MINUTE, 90 * MINUTE, 24 * 60 * MINUTE];
const SELDOM = 0.15;

/** Whatever the dice say. */
export class Chance implements Source {
  readonly #dice: Dice;
  readonly #operations: number;
  readonly #choose: (dice: Dice) => string;
  readonly #weather: Weather;
  #last = '';

  constructor(dice: Dice, operations: number, choose: (dice: Dice) => string) {
    this.#dice = dice;
    this.#operations = operations;
    this.#choose = choose;
    this.#weather = dice.pick(WEATHERS);
  }

  next({ running, started }: View): Step | undefined {
    const dice = this.#dice;
    const able = running.filter(({ waiting }) => waiting.length > 0);
    const isLeft = started < this.#operations;
    if (!isLeft && running.length === 0) return undefined;
    const roll = dice.next();
    if (isLeft && (able.length === 0 || (running.length < MOST_AT_ONCE && roll < STARTS)))
      return { start: this.#choose(dice), id: String(started + 1) };
    if (roll > 1 - PASSES) return { pass: this.#passing() };
    // Only what no turn could move: the machine's own doing.
    if (able.length === 0) return undefined;
    const task = this.#next(able);
    this.#last = task.id;
    const fate = this.#fate();
    return { go: task.id, calls: 1, ...(fate === 'done' ? {} : { fate }) };
  }

  #next(able: readonly Task[]): Task {
    const again = able.find(({ id }) => id === this.#last);
    if (again !== undefined && this.#dice.next() < this.#weather.haste) return again;
    return this.#dice.pick(able);
  }

  #passing(): number {
    const dice = this.#dice;
    return dice.next() < SELDOM ? dice.pick(PASSING.slice(-2)) : dice.pick(PASSING.slice(0, -2));
  }

  #fate(): Fate {
    const dice = this.#dice;
    const { faults, crashes } = this.#weather;
    if (faults === 0 || dice.next() >= faults) return 'done';
    if (dice.next() < crashes) return dice.pick(['crash-before', 'crash-after'] as const);
    return dice.pick(['throttled', 'unanswered'] as const);
  }
}

/** What was written down, one call at a time. */
export class Replay implements Source {
  readonly #steps: Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
  }

  next({ running }: View): Step | undefined {
    const [step, ...rest] = this.#steps;
    if (step === undefined || !('go' in step)) {
      this.#steps.splice(0, 1);
      return step;
    }
    const task = running.find(({ id }) => id === step.go);
    const isOver = task === undefined || task.waiting.length === 0;
    this.#steps.splice(0, this.#steps.length, ...(isOver || step.calls < 2 ? rest : [less(step), ...rest]));
    if (isOver) return this.next({ running, started: 0 });
    return step.calls < 2 ? step : { go: step.go, calls: 1 };
  }
}

function less(step: Extract<Step, { go: string }>): Step {
  return { ...step, calls: step.calls - 1 };
}
