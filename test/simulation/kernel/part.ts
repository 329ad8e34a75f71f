import type { Context } from '../../../shared/context.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Deps } from '../../../shared/deps.ts';
import type { Dice } from '../../support/dice.ts';
import type { City } from './city.ts';
import type { Container } from './container.ts';

/** Rules told a second time: hears of every change, and is asked after every write whether they hold. */
export interface Watch {
  onChange(change: Change): void;
  /** @throws what is broken */
  check(): void;
}

/** What somebody is about to do; `words` tells it. */
export interface Plan {
  readonly words: string;
  /**
   * A text that it answers says how it ended, anything else that it succeeded. It may be done again, in another
   * container than before: what it needs of one it takes from what it is given.
   */
  readonly work: (deps: Deps, home: Container) => Promise<unknown>;
  /** What becomes of it when it fails or dies. Left out: whoever asked for it may ask again. */
  readonly undone?: () => void;
}

/** Who does it, which is what seasons differ in. */
export type Actor = 'resident' | 'doctor' | 'clerk' | 'provider' | 'time';

export interface Operation {
  readonly who: Actor;
  /** How often, beside the others. */
  readonly weight: number;
  /** Undefined: there is nothing to do it with. What it chooses it chooses by these dice and by what stands now. */
  readonly plan: (dice: Dice) => Plan | undefined;
}

/** One workflow at work in a city. */
export interface Running {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly watches: readonly Watch[];
  /** What people do at the end so that all can come to rest; called between long waits. */
  readonly tidy?: (round: number) => Promise<void>;
  /** What is due besides timers, events and machines: a provider's letters. Answers the next instant, if any. */
  readonly due?: {
    readonly run: () => Promise<void>;
    readonly next: (now: number) => Promise<number | undefined>;
  };
  /** How the workflow's cases ended, to be counted. */
  readonly endings?: () => readonly string[];
  /** @throws what is broken when nothing is under way any more, after a round of waiting */
  readonly checkAtRest: (round: number) => void | Promise<void>;
}

/** One workflow as it is simulated: what it needs of a city, and who does what in it. */
export interface Part {
  readonly contexts: readonly Context[];
  readonly machines?: readonly string[];
  /** Values by section instead of the demo city's. */
  readonly policy: Readonly<Record<string, object>>;
  /** Instants shortly before something happens by itself. */
  readonly starts: readonly string[];
  /** Operations of one history, at least and at most. */
  readonly length: readonly [number, number];
  /** Hours that have to pass until nothing is under way, by rounds. */
  readonly restHours: readonly number[];
  readonly open: (city: City) => Promise<Running>;
  /** Each must have succeeded in a long search: one that only ever refuses finds nothing. */
  readonly outcomes: readonly string[];
}
