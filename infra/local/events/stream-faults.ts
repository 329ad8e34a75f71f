import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';

export const streamFaultsSchema = z.object({
  /** Each event is delivered this many times. */
  copies: z._default(z.int().check(z.minimum(1), z.maximum(10)), 1),
  /** Real milliseconds before each delivery. */
  delayMs: z._default(z.int().check(z.minimum(0), z.maximum(60_000)), 0),
  /** Nothing is delivered until it is lifted. */
  paused: z._default(z.boolean(), false),
});

/** What may go wrong between stream and consumers on AWS, on demand. */
export class StreamFaults {
  #set: z.output<typeof streamFaultsSchema> = { copies: 1, delayMs: 0, paused: false };
  #changed = Promise.withResolvers<void>();

  set(faults: z.output<typeof streamFaultsSchema>): void {
    this.#set = faults;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  get paused(): boolean {
    return this.#set.paused;
  }

  /** Waits until nothing is paused, and as long as asked, and answers how often the event is to be delivered. */
  async before(): Promise<number> {
    while (this.#set.paused) await this.#changed.promise;
    if (this.#set.delayMs > 0) await sleep(this.#set.delayMs);
    return this.#set.copies;
  }
}
