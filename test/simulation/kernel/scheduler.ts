import { AsyncLocalStorage } from 'node:async_hooks';
import { TableUnavailable } from '../../../shared/data/table-errors.ts';
import type { Dice } from '../../support/dice.ts';
import type { Fate } from './step.ts';

/** `table`: what fails is told apart as the table layer tells it. */
export type CallKind = 'read' | 'write' | 'other';

interface Waiting {
  readonly what: string;
  readonly kind: CallKind;
  readonly meet: (fate: Fate) => void;
}

/** A process, and what it loses when it dies. */
export interface Home {
  forget(): void;
}

/** Something that runs in a container: a request, a message at a worker, a task of a machine. */
export interface Task {
  readonly id: string;
  /** Which of those that die together it belongs to. */
  readonly home: Home;
  readonly dice: Dice;
  readonly waiting: Waiting[];
  state: 'running' | 'ended' | 'crashed';
  /** On the city's clock. */
  readonly since: number;
  readonly onCrash: (() => void) | undefined;
}

export interface Ended {
  readonly task: Task;
  /** What it answered or threw; neither where its container died. */
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** Nobody answers a call of a process that has died. */
const never = new Promise<never>(() => undefined);

/**
 * Every call that leaves a process waits here until it is let through. Whose call it is follows the task through all
 * its awaits, so that one table, provider and engine serve all containers.
 */
export class Scheduler {
  /** Off: nothing waits. */
  isOn = true;
  /** Since when, by the city's clock, nothing waits and nothing fails. */
  calmSince: number | undefined;
  readonly tasks = new Map<string, Task>();
  readonly #current = new AsyncLocalStorage<Task | undefined>();
  readonly #onEnd: (ended: Ended) => void;
  readonly #onCall: ((task: Task, what: string, fate: Fate) => void) | undefined;

  constructor(onEnd: (ended: Ended) => void, onCall?: (task: Task, what: string, fate: Fate) => void) {
    this.#onEnd = onEnd;
    this.#onCall = onCall;
  }

  /** Whose call is being carried out. */
  get current(): Task | undefined {
    return this.#current.getStore();
  }

  start(
    { id, home, dice, since }: Pick<Task, 'id' | 'home' | 'dice' | 'since'>,
    work: () => Promise<unknown>,
    onCrash?: () => void,
  ): void {
    const task: Task = { id, home, dice, since, waiting: [], state: 'running', onCrash };
    this.tasks.set(id, task);
    const end = (how: Omit<Ended, 'task'>): void => {
      if (task.state !== 'running') return;
      task.state = 'ended';
      this.tasks.delete(id);
      // What it did not wait for to the end goes on: others in its container may wait for it.
      for (const { meet } of task.waiting.splice(0)) meet('done');
      this.#onEnd({ task, ...how });
    };
    this.#current.run(task, () => {
      work().then(
        (answer) => end({ answer }),
        (error: unknown) => end({ error }),
      );
    });
  }

  /** In nobody's name: what the city's own machinery does is nobody's call. */
  apart<T>(work: () => T): T {
    return this.#current.run(undefined, work);
  }

  /** Waits for its turn, then meets its fate. */
  call<T>(kind: CallKind, what: string, work: () => Promise<T>): Promise<T> {
    const task = this.current;
    if (task === undefined) return work();
    if (task.state === 'crashed') return never;
    if (!this.isOn || task.state === 'ended') return work();
    return new Promise<T>((resolve, reject) => {
      const meet = (fate: Fate): void => {
        this.#onCall?.(task, what, fate);
        if (fate === 'crash-before') this.crash(task.home);
        else if (fate === 'throttled') reject(failure(kind, 'no'));
        else {
          const answer = this.#current.run(task, work);
          if (fate === 'done') answer.then(resolve, reject);
          else {
            // Told only once it is done: a provider takes turns of its own.
            const lost = (): void => reject(failure(kind, kind === 'read' ? 'no' : 'unknown'));
            answer.then(lost, lost);
            if (fate === 'crash-after') this.crash(task.home);
          }
        }
      };
      task.waiting.push({ what, kind, meet });
    });
  }

  /** One call of the task goes on. False: it has none that waits. */
  let(task: Task, fate: Fate): boolean {
    const [waiting] = task.waiting.splice(
      task.waiting.length < 2 ? 0 : task.dice.below(task.waiting.length),
      1,
    );
    waiting?.meet(fate);
    return waiting !== undefined;
  }

  /** All that runs in the container is gone, and so is what it had in memory. */
  crash(home: Home): void {
    home.forget();
    for (const task of [...this.tasks.values()]) if (task.home === home) this.#cutOff(task);
  }

  /** A function that runs too long is ended from outside, with its process: others may wait for what it began. */
  cutOffBefore(since: number): void {
    for (const task of [...this.tasks.values()]) if (task.since < since) this.crash(task.home);
  }

  #cutOff(task: Task): void {
    task.state = 'crashed';
    task.waiting.length = 0;
    this.tasks.delete(task.id);
    task.onCrash?.();
    this.#onEnd({ task });
  }

  /** Whatever waits goes on, and from now on nothing waits. */
  end(now: number): void {
    this.isOn = false;
    this.calmSince = now;
    for (const task of [...this.tasks.values()]) for (const { meet } of task.waiting.splice(0)) meet('done');
  }
}

function failure(kind: CallKind, applied: 'no' | 'unknown'): Error {
  if (kind !== 'other')
    return new TableUnavailable(applied === 'no' ? 'ThrottlingException' : 'TimeoutError', applied);
  const error = new Error(applied === 'no' ? 'throttled' : 'nobody answered');
  error.name = applied === 'no' ? 'ThrottlingException' : 'TimeoutError';
  return error;
}
