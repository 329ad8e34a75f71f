import * as z from 'zod/mini';
import type { Context } from '../../../shared/context.ts';
import { dueShards } from '../../../shared/data/schema.ts';
import type { Item, Table } from '../../../shared/data/table.ts';
import type { Agenda } from '../clock/time-machine.ts';

export interface DueTimersParts {
  readonly contexts: readonly Pick<Context, 'name' | 'timers'>[];
  readonly table: Pick<Table, 'query'>;
  /** Answers what the worker's sweep says: how many timers it claimed. */
  readonly sweep: (context: string) => Promise<number>;
}

const sweepAnswer = z.object({ claimed: z.int() });

/** How many timers a worker's sweep took on. */
export function sweptCount(answer: unknown): number {
  return sweepAnswer.parse(answer).claimed;
}

/** The timers that items carry. A context without a due timer is left alone: looking costs a few index reads. */
export class DueTimers implements Agenda {
  readonly name = 'timers';
  readonly #parts: DueTimersParts;

  constructor(parts: DueTimersParts) {
    this.#parts = parts;
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    const after = new Date(instantMs).toISOString();
    const firsts = await Promise.all(
      this.#contexts().flatMap(({ name }) =>
        dueShards(name).map((shard) => this.#first(shard, { gt: after })),
      ),
    );
    const instants = firsts.flatMap((item) => (item === undefined ? [] : [String(item['dueAt'])]));
    const next = instants.sort()[0];
    return next === undefined ? undefined : Date.parse(next);
  }

  async fireDue(nowMs: number): Promise<number> {
    const due = await this.#dueContexts(new Date(nowMs).toISOString());
    let fired = 0;
    for (const name of due) fired += await this.#parts.sweep(name);
    return fired;
  }

  /** How many timers are due now, at most 100 a context and shard. */
  async dueCount(nowMs: number): Promise<number> {
    const le = new Date(nowMs).toISOString();
    const pages = await Promise.all(
      this.#contexts()
        .flatMap(({ name }) => dueShards(name))
        .map((pk) => this.#parts.table.query({ index: 'due', pk, sk: { le } })),
    );
    return pages.reduce((sum, { items }) => sum + items.length, 0);
  }

  async #dueContexts(now: string): Promise<readonly string[]> {
    const found = await Promise.all(
      this.#contexts().map(async ({ name }) => {
        const firsts = await Promise.all(dueShards(name).map((shard) => this.#first(shard, { le: now })));
        return firsts.some((item) => item !== undefined) ? [name] : [];
      }),
    );
    return found.flat();
  }

  #contexts(): readonly Pick<Context, 'name' | 'timers'>[] {
    return this.#parts.contexts.filter(({ timers }) => Object.keys(timers).length > 0);
  }

  async #first(pk: string, sk: { readonly le: string } | { readonly gt: string }): Promise<Item | undefined> {
    const { items } = await this.#parts.table.query({ index: 'due', pk, sk, limit: 1 });
    return items[0];
  }
}
