import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { StateFile } from '../state-file.ts';
import { type BusEvent, busEventOf, type EventOrigin, itemOf } from './bus-event.ts';
import type { StreamFaults } from './stream-faults.ts';
import type { PlacedRecord, StreamPosition, StreamReader, StreamRecord } from './stream-reader.ts';

export const checkpointState = z.object({
  position: z.optional(z.object({ streamArn: z.string(), shardId: z.string(), sequenceNumber: z.string() })),
});

export interface PumpParts {
  readonly reader: StreamReader;
  /** Called with each event until every consumer has it or its dead letter is written; false: ask again after a restart. */
  readonly deliver: (event: BusEvent) => Promise<boolean>;
  /** Called with every record as it is read, before anything is delivered. */
  readonly onRecord?: (record: StreamRecord) => void;
  readonly checkpoint: StateFile<z.output<typeof checkpointState>>;
  readonly faults: StreamFaults;
  readonly origin: EventOrigin;
}

interface InFlight {
  readonly position: StreamPosition;
  done: boolean;
}

/** Only writes from outside this process wait for it: after its own calls the city polls at once. */
const IDLE_MS = 250;
const MOST_IN_FLIGHT = 500;
const STOPPING_MS = 2_000;

/**
 * Stream → pipe → bus → consumers. At least once: the checkpoint passes a record only when it and all before it
 * are done. Records of one item go one after the other, those of different items side by side.
 */
export class Pump {
  readonly #parts: PumpParts;
  readonly #tails = new Map<string, Promise<void>>();
  #inFlight: InFlight[] = [];
  #reading: Promise<number> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #delivered = 0;
  #lastError: string | undefined;

  constructor(parts: PumpParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setTimeout(async () => {
      await this.poll();
      if (!this.#stopped) this.start();
    }, IDLE_MS);
  }

  /** No new record is taken up. What is in flight may end, but is not waited for long: it comes again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#reading;
    if (this.#parts.faults.paused) return;
    const late = new AbortController();
    const waited = sleep(STOPPING_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
    await Promise.race([Promise.all(this.#tails.values()), waited]);
    late.abort();
  }

  /** Reads what is there now; answers how many records that were. */
  async poll(): Promise<number> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Delivers all that was written before the call and all that comes of it. */
  async drain(): Promise<{ readonly delivered: number; readonly drained: boolean }> {
    const before = this.#delivered;
    for (;;) {
      // A read that began earlier may have missed the last write: only a fresh one counts, and only if nothing was under
      // way meanwhile. What others' reads took up may have written after it.
      await this.#reading;
      const wasQuiet = this.#tails.size === 0;
      const read = await this.poll();
      if (this.#stopped || this.#parts.faults.paused || this.#lastError !== undefined) {
        return { delivered: this.#delivered - before, drained: false };
      }
      if (wasQuiet && read === 0 && this.#tails.size === 0)
        return { delivered: this.#delivered - before, drained: true };
      await Promise.all(this.#tails.values());
    }
  }

  status(): { delivered: number; inFlight: number; paused: boolean; error?: string } {
    return {
      delivered: this.#delivered,
      inFlight: this.#inFlight.length,
      paused: this.#parts.faults.paused,
      ...(this.#lastError === undefined ? {} : { error: this.#lastError }),
    };
  }

  async #read(): Promise<number> {
    if (this.#inFlight.length >= MOST_IN_FLIGHT) return 0;
    try {
      const placed = await this.#parts.reader.read();
      this.#lastError = undefined;
      for (const one of placed) {
        this.#parts.onRecord?.(one.record);
        this.#take(one);
      }
      if (placed.length > 0) this.#passCheckpoint();
      return placed.length;
    } catch (error) {
      // The engine is away (stopping, or restarted by hand): the next poll tries again.
      this.#lastError = error instanceof Error ? error.name : 'unknown';
      return 0;
    }
  }

  #take({ record, position }: PlacedRecord): void {
    const entry: InFlight = { position, done: false };
    this.#inFlight.push(entry);
    const event = busEventOf(record, this.#parts.origin);
    if (event === undefined) {
      entry.done = true;
      return;
    }
    const key = itemOf(record);
    const tail = (this.#tails.get(key) ?? Promise.resolve()).then(() => this.#hand(event, entry));
    this.#tails.set(key, tail);
    void tail.finally(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
  }

  async #hand(event: BusEvent, entry: InFlight): Promise<void> {
    const copies = await this.#parts.faults.before();
    for (let copy = 0; copy < copies; copy += 1) {
      if (!(await this.#parts.deliver(event))) return;
    }
    entry.done = true;
    this.#delivered += 1;
    this.#passCheckpoint();
  }

  #passCheckpoint(): void {
    const open = this.#inFlight.findIndex(({ done }) => !done);
    const finished = open === -1 ? this.#inFlight : this.#inFlight.slice(0, open);
    const position = finished.at(-1)?.position;
    if (position === undefined) return;
    this.#inFlight = this.#inFlight.slice(finished.length);
    this.#parts.checkpoint.write({ position });
  }
}
