import { Refusal } from '../../../shared/kernel/errors.ts';
import { Dice } from '../../support/dice.ts';
import { City, type Tell } from './city.ts';
import { cityOperations } from './city-operations.ts';
import { seasonOf } from './load.ts';
import { Machines } from './machines.ts';
import type { Operation, Part, Plan, Running } from './part.ts';
import { seedOf, seedTheMachine } from './random.ts';
import { comeToRest } from './rest.ts';
import { type Ended, Scheduler } from './scheduler.ts';
import { Chance, Replay, type Source } from './source.ts';
import { type Fate, recorded, type Step } from './step.ts';
import { Violation } from './violation.ts';

export interface History {
  readonly steps: readonly Step[];
  readonly writes: number;
  /** How often each operation ended how: `book ok`, `book SOLD_OUT`, `book unanswered`. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly violation?: Violation;
}

export interface Asked {
  readonly seed: number;
  /** Instead of what the seed's dice would say. */
  readonly steps?: readonly Step[];
  readonly tell?: Tell;
}

/** After so many turns a history does not end by itself: something goes round in circles. */
const MOST_TURNS = 20_000;

/** A worker is cut off after a minute, an API function sooner. */
const LONGEST_RUN_MS = 60_000;

/** Errors of calls that met a fate; by their names, since a worker lets a copy of them out. */
const FAULTS = ['TableUnavailable', 'ThrottlingException', 'TimeoutError', 'WeChatPayError'];

/** One history: everything that the seed, or the steps, say, and then all that is left until nothing is under way. */
export async function runHistory(parts: readonly Part[], { seed, steps, tell }: Asked): Promise<History> {
  seedTheMachine(seed);
  const one = new Run(parts, seed, tell);
  try {
    await one.open();
    await one.go(steps);
  } catch (error) {
    one.failed(error);
  } finally {
    await one.close();
  }
  return one.history();
}

class Run {
  readonly #parts: readonly Part[];
  readonly #city: City;
  readonly #scheduler: Scheduler;
  readonly #machines: Machines;
  readonly #steps: Step[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #plans = new Map<string, { readonly name: string; readonly plan: Plan }>();
  readonly #tell: Tell;
  #runnings: readonly Running[] = [];
  #operations: Readonly<Record<string, Operation>> = {};
  #started = 0;
  #linesRead = 0;
  #violation: Violation | undefined;

  constructor(parts: readonly Part[], seed: number, tell: Tell = () => undefined) {
    this.#parts = parts;
    this.#tell = tell;
    this.#scheduler = new Scheduler(
      (ended) => this.#ended(ended),
      (task, what, fate) => tell(() => `    ${task.id} ${what}${FATE_WORDS[fate]}`),
    );
    this.#city = new City(seed, parts, this.#scheduler, tell);
    this.#machines = new Machines(
      this.#city,
      parts.flatMap(({ machines = [] }) => machines),
    );
  }

  async open(): Promise<void> {
    await this.#machines.open();
    const runnings: Running[] = [];
    for (const part of this.#parts) {
      const running = await part.open(this.#city);
      runnings.push(running);
    }
    this.#runnings = runnings;
    this.#operations = together([
      cityOperations(this.#city, this.#machines),
      ...runnings.map(({ operations }) => operations),
    ]);
    this.#city.look();
    const { clock, dice } = this.#city;
    clock.set(dice.pick(this.#parts.flatMap(({ starts }) => starts)));
    // Past what a stale read may still not see.
    clock.advance(2 * 60_000);
  }

  async go(given: readonly Step[] | undefined): Promise<void> {
    const source = given === undefined ? this.#chance() : new Replay(given);
    for (let turns = 0; ; turns += 1) {
      if (turns > MOST_TURNS) throw new Error('a history without an end');
      const running = [...this.#scheduler.tasks.values()];
      const step = source.next({ running, started: this.#started });
      if (step === undefined) break;
      recorded(this.#steps, step);
      await this.#take(step);
      this.#check();
    }
    this.#tell(() => 'All faults end, whatever waits goes on, and time passes until nothing is under way.');
    await comeToRest(this.#city, this.#machines, this.#parts, this.#runnings, () => this.#check());
    this.#check();
    for (const { endings } of this.#runnings) for (const ending of endings?.() ?? []) this.#count(ending);
  }

  failed(error: unknown): void {
    this.#violation ??= this.#city.violation ?? (error instanceof Violation ? error : new Violation(error));
  }

  close(): Promise<void> {
    return this.#machines.close(this.#violation === undefined);
  }

  history(): History {
    return {
      steps: this.#steps,
      writes: this.#city.writes,
      outcomes: this.#outcomes,
      ...(this.#violation === undefined ? {} : { violation: this.#violation }),
    };
  }

  #chance(): Source {
    const dice = new Dice(seedOf(this.#city.seed, 'scheduler'));
    const least = Math.max(...this.#parts.map(({ length: [from] }) => from));
    const most = Math.max(...this.#parts.map(({ length: [, to] }) => to));
    const season = seasonOf(dice);
    const weights = Object.fromEntries(
      Object.entries(this.#operations).map(([name, { who, weight }]) => [name, weight * season.busy[who]]),
    );
    const length = least + dice.below(most - least + 1);
    return new Chance(dice, length, (by) => by.weighted(weights));
  }

  async #take(step: Step): Promise<void> {
    if ('pass' in step) {
      this.#city.clock.advance(step.pass);
      this.#cutOff();
      this.#tell(() => `${this.#city.now()} after ${step.pass / 60_000} minutes`);
      this.#city.look();
    } else if ('start' in step) {
      this.#started += 1;
      await this.#start(step);
    } else {
      const task = this.#scheduler.tasks.get(step.go);
      if (task !== undefined) this.#scheduler.let(task, step.fate ?? 'done');
    }
    await settled();
    // What was started may have let hours pass.
    this.#cutOff();
    if (!('through' in step)) return;
    for (;;) {
      const task = this.#scheduler.tasks.get(step.id);
      if (task === undefined || !this.#scheduler.let(task, 'done')) return;
      await settled();
    }
  }

  #cutOff(): void {
    this.#scheduler.cutOffBefore(this.#city.clock.now() - LONGEST_RUN_MS);
  }

  async #start({ start: name, id }: Extract<Step, { start: string }>): Promise<void> {
    const dice = new Dice(seedOf(this.#city.seed, id));
    const home = dice.pick(this.#city.containers);
    const plan = this.#operations[name]?.plan(dice);
    if (plan === undefined) return;
    this.#plans.set(id, { name, plan });
    this.#tell(
      () => `${this.#city.now()} ${id} in ${home.name} (${home.skewMs / 60_000} min): ${plan.words}`,
    );
    this.#scheduler.start({ id, home, dice, since: this.#city.clock.now() }, () =>
      plan.work(home.deps, home),
    );
  }

  #ended({ task, ...how }: Ended): void {
    const { name, plan } = this.#plans.get(task.id) ?? { name: task.id.replace(/\.\d+$/, '') };
    this.#plans.delete(task.id);
    const ending = this.#endingOf(how, task.state === 'crashed');
    if (plan !== undefined && (task.state === 'crashed' || how.error !== undefined))
      this.#interrupted(plan, ending);
    this.#tell(() => `    ${task.id} ends: ${ending}`);
    this.#count(`${name} ${ending}`);
  }

  #count(outcome: string): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  #interrupted(plan: Plan, ending: string): void {
    if (plan.undone !== undefined) plan.undone();
    else if (ending === 'died' || ending === 'unanswered') this.#city.interrupted.push(plan);
  }

  #endingOf({ answer, error }: Omit<Ended, 'task'>, isDead: boolean): string {
    if (isDead) return 'died';
    if (error === undefined) return typeof answer === 'string' ? answer : 'ok';
    if (error instanceof Refusal) return error.code;
    const { name } = error instanceof Error ? error : new Error();
    if (FAULTS.includes(name)) return 'unanswered';
    // A worker lets a refusal out under its code.
    if (/^[A-Z_]+$/.test(name)) return name;
    this.failed(error);
    return 'broken';
  }

  #check(): void {
    const broken = this.#city.violation ?? this.#violation;
    if (broken !== undefined) throw broken;
    for (const { error } of this.#city.lines.slice(this.#linesRead))
      if (error !== undefined) this.#endingOf({ error }, false);
    this.#linesRead = this.#city.lines.length;
    if (this.#violation !== undefined) throw this.#violation;
  }
}

/** What two workflows call by one name is now the one's, now the other's. */
function together(all: readonly Readonly<Record<string, Operation>>[]): Readonly<Record<string, Operation>> {
  const merged: Record<string, Operation> = {};
  for (const [name, added] of all.flatMap((operations) => Object.entries(operations))) {
    const known = merged[name];
    merged[name] =
      known === undefined
        ? added
        : {
            ...added,
            weight: known.weight + added.weight,
            plan: (dice) => (dice.next() < 0.5 ? known : added).plan(dice),
          };
  }
  return merged;
}

const FATE_WORDS: Readonly<Record<Fate, string>> = {
  done: '',
  throttled: ': throttled',
  unanswered: ': done, and the answer is lost',
  'crash-before': ': its container dies before it',
  'crash-after': ': done, and its container dies',
};

/** After this no task can go on without another turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
