import type { Context } from '../../shared/context.ts';
import type { Change } from '../../shared/data/memory-store.ts';
import type { Consumed, Key, Table } from '../../shared/data/table.ts';
import { createRouter } from '../../shared/http/router.ts';

/** Calls of the table, write units and read units. */
export type Units = readonly [calls: number, write: number, read: number];

/**
 * What requests cost at the table, route by route. Reads of what a container keeps for long are not counted: the
 * session's version, keys, secrets. Everything else is, also what another request may have left in a cache.
 */
export class Meter {
  /** The dearest answer of each route that was no refusal. */
  readonly routes = new Map<string, Units>();
  /** Of everything so far, requests and what follows of them. */
  total: Units = [0, 0, 0];
  /** Of requests alone. */
  asked: Units = [0, 0, 0];
  requests = 0;
  /** Types of the events that changes carried, oldest first. */
  readonly events: string[] = [];
  /** Routes of whose answers, no refusals, somebody's trail has an entry. */
  readonly trailed = new Set<string>();
  #isKept = false;
  #entries = 0;

  readonly onConsumed = ({ readUnits, writeUnits }: Consumed): void => {
    if (!this.#isKept) this.total = plus(this.total, [1, writeUnits, readUnits]);
  };

  /** The table in memory tells of units before a call gives its promise, so that it is known whose they are. */
  over(table: Table): Table {
    const reading = <T>({ pk, sk }: Pick<Key, 'pk'> & { readonly sk?: unknown }, work: () => T): T => {
      this.#isKept = /^(keys|secrets)#/.test(pk) || (pk.startsWith('session#') && sk === 'version');
      try {
        return work();
      } finally {
        this.#isKept = false;
      }
    };
    return {
      ...table,
      get: (key, options) => reading(key, () => table.get(key, options)),
      query: (spec) => reading(spec, () => table.query(spec)),
    };
  }

  readonly onChange = ({ old, new: item }: Change): void => {
    if (item?.['eventId'] !== undefined && item['eventId'] !== old?.['eventId'])
      this.events.push(String(item['eventType']));
    if (item?.pk.startsWith('audit#') === true) this.#entries += 1;
  };

  /** What makes ready for a request, a login, and is not counted. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    const before = this.total;
    const answer = await work();
    this.total = before;
    return answer;
  }

  /** What was spent since `before`. */
  since([calls, write, read]: Units): Units {
    return plus(this.total, [-calls, -write, -read]);
  }

  async request<T extends { readonly status: number }>(
    context: Context,
    method: string,
    path: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const [before, entries] = [this.total, this.#entries];
    const answer = await work();
    this.requests += 1;
    this.asked = plus(this.asked, this.since(before));
    const match = createRouter(context.routes)(method, path);
    if (!match.found || answer.status >= 300) return answer;
    const name = `${method} ${match.route.path}`;
    if (this.#entries > entries) this.trailed.add(name);
    const units = this.since(before);
    if (weight(units) >= weight(this.routes.get(name) ?? [0, 0, 0])) this.routes.set(name, units);
    return answer;
  }
}

const plus = ([a, b, c]: Units, [x, y, z]: Units): Units => [a + x, b + y, c + z];

/** A write unit costs five times a read unit. */
const weight = ([, write, read]: Units): number => 5 * write + read;
