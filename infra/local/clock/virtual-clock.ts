import * as z from 'zod/mini';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { type StateFile, stateFile } from '../state-file.ts';

const state = z.object({ offsetMs: z.int(), seenMs: z.optional(z.int()) });

/** How much of what was shown a restart may not know of. */
const SEEN_EVERY_MS = 60_000;

/**
 * Real time plus an offset that only grows. The offset is on disk before anyone can read a time that rests on it. When the
 * machine's own clock is set back, the offset makes up for it: the city's goes on from where it was, after a restart too.
 */
export class VirtualClock implements Clock {
  readonly #file: StateFile<z.output<typeof state>>;
  readonly #realTime: () => number;
  #offsetMs: number;
  #latest: number;
  #seenOnDisk = Number.NEGATIVE_INFINITY;

  constructor(path: string, realTime: () => number = Date.now) {
    this.#file = stateFile(path, state, { offsetMs: 0 });
    this.#realTime = realTime;
    const { offsetMs, seenMs = Number.NEGATIVE_INFINITY } = this.#file.read();
    this.#offsetMs = offsetMs;
    this.#latest = seenMs;
  }

  /** Never earlier than what was answered before. */
  now(): number {
    const real = this.#realTime();
    const isBack = real + this.#offsetMs < this.#latest;
    const offsetMs = isBack ? this.#latest - real : this.#offsetMs;
    if (isBack || real + offsetMs - this.#seenOnDisk >= SEEN_EVERY_MS) this.#write(offsetMs, real + offsetMs);
    this.#latest = real + offsetMs;
    return this.#latest;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Forward only: an instant that has passed already leaves the clock as it is. */
  moveTo(instantMs: number): void {
    if (instantMs <= this.now()) return;
    this.#write(instantMs - this.#realTime(), instantMs);
  }

  #write(offsetMs: number, seenMs: number): void {
    this.#file.write({ offsetMs, seenMs });
    this.#offsetMs = offsetMs;
    this.#seenOnDisk = seenMs;
  }
}
