import { setImmediate as otherWork } from 'node:timers/promises';
import type { VirtualClock } from './virtual-clock.ts';

/** Something with appointments in time: timers, schedules, and whatever else waits on the city's clock. */
export interface Agenda {
  readonly name: string;
  /** The first appointment strictly after an instant, epoch milliseconds. */
  nextAfter(instantMs: number): Promise<number | undefined>;
  /** Fires all that is due and answers how many were dealt with; 0 when there is nothing or nothing gives way. */
  fireDue(nowMs: number): Promise<number>;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  /** Moments at which the clock stood still on its way. */
  readonly steps: number;
  /** How many appointments fired, by agenda. */
  readonly fired: Readonly<Record<string, number>>;
  readonly eventsDelivered: number;
  /** False when something kept coming at one instant, or deliveries are held back by a fault. */
  readonly settled: boolean;
}

export interface TimeMachineParts {
  readonly clock: VirtualClock;
  readonly agendas: readonly Agenda[];
  /** Delivers every event written so far; answers how many, and whether none is left. */
  readonly drain: () => Promise<{ readonly delivered: number; readonly drained: boolean }>;
}

/** A thing that arms itself anew for the very same instant would never let the clock go on. */
const ROUNDS_AT_ONE_INSTANT = 200;

/** Moves the clock as a discrete-event simulation does: from one appointment to the next, each with all its effects. */
export class TimeMachine {
  readonly #parts: TimeMachineParts;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(parts: TimeMachineParts) {
    this.#parts = parts;
  }

  /** One move at a time; `targetOf` is asked when its turn comes, so that two advances of an hour make two hours. */
  move(targetOf: (nowMs: number) => number): Promise<Move> {
    return this.#inTurn(() => this.#move(targetOf));
  }

  /** What AWS does by itself as time passes. Skipped while the clock is being moved, which does the same and more. */
  async tick(): Promise<void> {
    if (this.#waiting > 0) return;
    await this.#inTurn(async () => {
      for (const agenda of this.#parts.agendas) await agenda.fireDue(this.#parts.clock.now());
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const result = this.#tail.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #move(targetOf: (nowMs: number) => number): Promise<Move> {
    const { clock, agendas } = this.#parts;
    const from = clock.now();
    const target = targetOf(from);
    const tally = { fired: {} as Record<string, number>, eventsDelivered: 0, settled: true };
    let steps = 0;
    let settledAt = await this.#settle(tally);
    for (;;) {
      const after = settledAt;
      const nexts = await Promise.all(agendas.map((agenda) => agenda.nextAfter(after)));
      const next = Math.min(...nexts.map((at) => at ?? Number.POSITIVE_INFINITY));
      if (next > target) break;
      // Requests, signals and real time go on while a year passes.
      await otherWork();
      clock.moveTo(next);
      steps += 1;
      settledAt = await this.#settle(tally);
    }
    clock.moveTo(target);
    await this.#settle(tally);
    return {
      from: new Date(from).toISOString(),
      to: new Date(clock.now()).toISOString(),
      steps,
      ...tally,
    };
  }

  /**
   * Until no event waits and nothing is due, since each may bring about the other. Answers the instant up to which
   * all has fired: what became due while it worked lies after it, and must not be jumped over.
   */
  async #settle(tally: {
    fired: Record<string, number>;
    eventsDelivered: number;
    settled: boolean;
  }): Promise<number> {
    const { clock, agendas, drain } = this.#parts;
    let now = clock.now();
    for (let round = 0; round < ROUNDS_AT_ONE_INSTANT; round += 1) {
      const { delivered, drained } = await drain();
      tally.eventsDelivered += delivered;
      if (!drained) tally.settled = false;
      let fired = 0;
      now = clock.now();
      for (const agenda of agendas) {
        const count = await agenda.fireDue(now);
        tally.fired[agenda.name] = (tally.fired[agenda.name] ?? 0) + count;
        fired += count;
      }
      if (fired === 0) return now;
    }
    tally.settled = false;
    return now;
  }
}
