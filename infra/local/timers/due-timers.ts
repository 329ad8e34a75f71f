import * as z from 'zod/mini';
import type { Context } from '../../../shared/context.ts';
import { dueShards } from '../../../shared/data/schema.ts';
import type { Item, Table } from '../../../shared/data/table.ts';
import type { Agenda } from '../clock/time-machine.ts';

export interface DueTimersParts {
  readonly contexts: readonly Pick<Context, 'name' | 'timers'>[];
  /** Answers what the worker's sweep says: how many timers it claimed. */
  readonly sweep: (context: string) => Promise<number>;
}

/** What a record of the table's stream says of an item's timer. */
export interface TimerChange {
  /** Tells items apart. */
  readonly item: string;
  /** Undefined: it has none, or is gone. */
  readonly timer?: { readonly shard: string; readonly dueAt: string } | undefined;
}

const sweepAnswer = z.object({ claimed: z.int() });

/** How many timers a worker's sweep took on. */
export function sweptCount(answer: unknown): number {
  return sweepAnswer.parse(answer).claimed;
}

/**
 * The timers that items carry, as the table's stream tells of them: asking the table for them would be half of what a
 * stop of the clock costs. Complete once the stream has been read; only where a sweep is worth its call is decided on it.
 */
export class DueTimers implements Agenda {
  readonly name = 'timers';
  readonly #parts: DueTimersParts;
  /** By context, the item → when its timer is due, epoch milliseconds. */
  readonly #dueAt: ReadonlyMap<string, Map<string, number>>;
  readonly #contextOf: ReadonlyMap<string, string>;

  constructor(parts: DueTimersParts) {
    this.#parts = parts;
    const names = parts.contexts.flatMap(({ name, timers }) =>
      Object.keys(timers).length === 0 ? [] : [name],
    );
    this.#dueAt = new Map(names.map((name) => [name, new Map()]));
    this.#contextOf = new Map(names.flatMap((name) => dueShards(name).map((shard) => [shard, name])));
  }

  /** Once, at the start: what the stream told earlier processes. */
  async load(table: Pick<Table, 'query'>): Promise<void> {
    await Promise.all(Array.from(this.#contextOf.keys(), (shard) => this.#loadShard(table, shard)));
  }

  follow({ item, timer }: TimerChange): void {
    for (const timers of this.#dueAt.values()) timers.delete(item);
    if (timer === undefined) return;
    const context = this.#contextOf.get(timer.shard);
    if (context !== undefined) this.#dueAt.get(context)?.set(item, Date.parse(timer.dueAt));
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    let next: number | undefined;
    for (const timers of this.#dueAt.values()) {
      for (const at of timers.values()) if (at > instantMs && at < (next ?? Infinity)) next = at;
    }
    return next;
  }

  async fireDue(nowMs: number): Promise<number> {
    let fired = 0;
    for (const [context, timers] of this.#dueAt) {
      if (dueIn(timers, nowMs) > 0) fired += await this.#parts.sweep(context);
    }
    return fired;
  }

  /** How many timers are due now. */
  dueCount(nowMs: number): number {
    return Array.from(this.#dueAt.values(), (timers) => dueIn(timers, nowMs)).reduce((a, b) => a + b, 0);
  }

  async #loadShard(table: Pick<Table, 'query'>, shard: string): Promise<void> {
    let after: Item | undefined;
    do {
      const page = await table.query({ index: 'due', pk: shard, ...(after && { after }) });
      for (const { pk, sk, dueAt } of page.items) {
        this.follow({ item: itemName(pk, sk), timer: { shard, dueAt: String(dueAt) } });
      }
      after = page.next;
    } while (after !== undefined);
  }
}

function dueIn(timers: ReadonlyMap<string, number>, nowMs: number): number {
  let due = 0;
  for (const at of timers.values()) if (at <= nowMs) due += 1;
  return due;
}

/** As the stream's reader names items too. */
export const itemName = (pk: string, sk: string): string => JSON.stringify([pk, sk]);
