import * as z from 'zod/mini';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { type StateFile, stateFile } from '../state-file.ts';

const state = z.object({ offsetMs: z.int() });

/** Real time plus an offset that only grows. The offset is on disk before anyone can read a time that rests on it. */
export class VirtualClock implements Clock {
  readonly #file: StateFile<z.output<typeof state>>;
  readonly #realTime: () => number;
  #offsetMs: number;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(path: string, realTime: () => number = Date.now) {
    this.#file = stateFile(path, state, { offsetMs: 0 });
    this.#realTime = realTime;
    this.#offsetMs = this.#file.read().offsetMs;
  }

  /** Never earlier than what was answered before, even when the machine's own clock is set back. */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#realTime() + this.#offsetMs);
    return this.#latest;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Forward only: an instant that has passed already leaves the clock as it is. */
  moveTo(instantMs: number): void {
    if (instantMs <= this.now()) return;
    const offsetMs = instantMs - this.#realTime();
    this.#file.write({ offsetMs });
    this.#offsetMs = offsetMs;
  }
}
