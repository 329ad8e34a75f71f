import * as z from 'zod/mini';
import type { Context } from '../../../shared/context.ts';
import { dueShards } from '../../../shared/data/schema.ts';
import type { Table } from '../../../shared/data/table.ts';
import type { Agenda } from '../clock/time-machine.ts';

export interface DueTimersParts {
  readonly contexts: readonly Pick<Context, 'name' | 'timers'>[];
  readonly table: Pick<Table, 'query'>;
  /** Answers what the worker's sweep says: how many timers it claimed. */
  readonly sweep: (context: string) => Promise<number>;
  /** As the functions' `quietSince`. */
  readonly quietSince: () => number | undefined;
}

const sweepAnswer = z.object({ claimed: z.int() });

/** How many timers a worker's sweep took on. */
export function sweptCount(answer: unknown): number {
  return sweepAnswer.parse(answer).claimed;
}

/** Where one context's timers stand: the first of each partition that has one. */
interface Firsts {
  readonly context: string;
  readonly instants: readonly number[];
}

/** The timers that items carry. A context without a due timer is left alone: looking costs a few index reads. */
export class DueTimers implements Agenda {
  readonly name = 'timers';
  readonly #parts: DueTimersParts;
  #lastLook: { readonly firsts: readonly Firsts[]; readonly quietSince: number } | undefined;

  constructor(parts: DueTimersParts) {
    this.#parts = parts;
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    const known = this.#known(instantMs) ?? (await this.#look(new Date(instantMs).toISOString()));
    const instants = known.flatMap((one) => one.instants);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  async fireDue(nowMs: number): Promise<number> {
    let fired = 0;
    const quietSince = this.#parts.quietSince();
    const firsts = await this.#look();
    this.#lastLook = quietSince === undefined ? undefined : { firsts, quietSince };
    for (const { context, instants } of firsts) {
      if (instants.some((at) => at <= nowMs)) fired += await this.#parts.sweep(context);
    }
    return fired;
  }

  /** How many timers are due now, at most 100 a context and shard. */
  async dueCount(nowMs: number): Promise<number> {
    const le = new Date(nowMs).toISOString();
    const shards = this.#contexts().flatMap((context) => dueShards(context));
    const pages = await Promise.all(
      shards.map((pk) => this.#parts.table.query({ index: 'due', pk, sk: { le } })),
    );
    return pages.reduce((sum, { items }) => sum + items.length, 0);
  }

  /** What the last look found, if nothing has run since and all of it lies ahead. */
  #known(afterMs: number): readonly Firsts[] | undefined {
    const last = this.#lastLook;
    if (last === undefined || last.quietSince !== this.#parts.quietSince()) return undefined;
    return last.firsts.every(({ instants }) => instants.every((at) => at > afterMs))
      ? last.firsts
      : undefined;
  }

  /** The first timer of each partition, or the first after an instant. */
  async #look(after?: string): Promise<readonly Firsts[]> {
    const first = async (pk: string): Promise<readonly number[]> => {
      const sk = after === undefined ? {} : { sk: { gt: after } };
      const { items } = await this.#parts.table.query({ index: 'due', pk, ...sk, limit: 1 });
      return items.map((item) => Date.parse(String(item['dueAt'])));
    };
    return Promise.all(
      this.#contexts().map(async (context) => ({
        context,
        instants: (await Promise.all(dueShards(context).map(first))).flat(),
      })),
    );
  }

  #contexts(): readonly string[] {
    return this.#parts.contexts.flatMap(({ name, timers }) =>
      Object.keys(timers).length === 0 ? [] : [name],
    );
  }
}
