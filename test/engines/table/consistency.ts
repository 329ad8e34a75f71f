import type { Table } from '../../../shared/data/table.ts';
import { Dice } from '../../support/dice.ts';

/**
 * Many clients at once on a few lists. Each value is appended once in a history, so that what a read shows says exactly
 * which writes came before it: enough to order all of them, or to find that they have no order.
 */

/** One operation that was acknowledged: what it saw of each list, and what it appended. */
export interface Transaction {
  readonly id: number;
  /** Which of the clients, each of which does one thing after the other. */
  readonly client: number;
  /** By list: its values as they were before this transaction; a length where nothing more is known. */
  readonly reads: ReadonlyMap<string, readonly number[] | number>;
  readonly appends: ReadonlyMap<string, number>;
}

export interface Recorded {
  readonly transactions: readonly Transaction[];
  /** Values whose write was refused: nobody may ever see them. */
  readonly refused: ReadonlySet<number>;
  /** Each list in the end. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
}

const CLIENTS = 20;
const LISTS = ['a', 'b', 'c', 'd'] as const;

/** Runs so many operations by twenty clients at once. `name`: keys that no other history uses. */
export async function record(
  table: Table,
  name: string,
  seed: number,
  operations: number,
): Promise<Recorded> {
  const history = new History(table, name);
  await history.prepare();
  const each = Math.ceil(operations / CLIENTS);
  await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) =>
      history.act(client, new Dice(seed * CLIENTS + client), each),
    ),
  );
  return history.end();
}

class History {
  readonly #table: Table;
  readonly #name: string;
  readonly #transactions: Transaction[] = [];
  readonly #refused = new Set<number>();
  #values = 0;

  constructor(table: Table, name: string) {
    this.#table = table;
    this.#name = name;
  }

  async prepare(): Promise<void> {
    for (const list of LISTS) await this.#table.put({ ...this.#key(list), values: [] });
  }

  async act(client: number, dice: Dice, operations: number): Promise<void> {
    for (let left = operations; left > 0; left -= 1) {
      const [one, other] = [dice.pick(LISTS), dice.pick(LISTS)];
      const roll = dice.next();
      if (roll < 0.3) await this.#append(client, one);
      else if (roll < 0.5) await this.#read(client, one);
      else if (roll < 0.7 && one !== other) await this.#appendBoth(client, one, other);
      else if (one !== other) await this.#appendWhere(client, one, other);
      else await this.#appendSeen(client, one);
    }
  }

  async end(): Promise<Recorded> {
    const lists = new Map<string, readonly number[]>();
    for (const list of LISTS) lists.set(list, await this.#listNow(list));
    return { transactions: this.#transactions, refused: this.#refused, lists };
  }

  /** One update: it also answers the list as it left it. */
  async #append(client: number, list: string): Promise<void> {
    const value = this.#next();
    const outcome = await this.#table.update(this.#key(list), { append: { values: [value] } });
    if (!outcome.ok) throw new Error('an update without a condition was refused');
    const after = outcome.item['values'] as readonly number[];
    this.#keep(client, [[list, after.slice(0, -1)]], [[list, value]]);
  }

  async #read(client: number, list: string): Promise<void> {
    this.#keep(client, [[list, await this.#listNow(list)]], []);
  }

  /** Only on the very list that was seen: what a lost update would lose. */
  async #appendSeen(client: number, list: string): Promise<void> {
    const seen = await this.#listNow(list);
    const value = this.#next();
    const outcome = await this.#table.update(
      this.#key(list),
      { set: { values: [...seen, value] } },
      { if: { values: { size: { eq: seen.length } } } },
    );
    if (outcome.ok) this.#keep(client, [[list, seen]], [[list, value]]);
    else this.#refused.add(value);
  }

  /** One transaction over both, without a look at either. */
  async #appendBoth(client: number, one: string, other: string): Promise<void> {
    const [first, second] = [this.#next(), this.#next()];
    const outcome = await this.#table.transact([
      { update: this.#key(one), changes: { append: { values: [first] } } },
      { update: this.#key(other), changes: { append: { values: [second] } } },
    ]);
    if (!outcome.ok) throw new Error('a transaction without conditions was refused');
    this.#keep(
      client,
      [],
      [
        [one, first],
        [other, second],
      ],
    );
  }

  /** A transaction that reads two lists by their lengths, and appends to the second. */
  async #appendWhere(client: number, one: string, other: string): Promise<void> {
    const [seenOne, seenOther] = await Promise.all([this.#listNow(one), this.#listNow(other)]);
    const value = this.#next();
    const isLong = (length: number) => ({ values: { size: { eq: length } } });
    const outcome = await this.#table.transact([
      { check: this.#key(one), if: isLong(seenOne.length) },
      { update: this.#key(other), changes: { append: { values: [value] } }, if: isLong(seenOther.length) },
    ]);
    if (outcome.ok)
      this.#keep(
        client,
        [
          [one, seenOne.length],
          [other, seenOther.length],
        ],
        [[other, value]],
      );
    else this.#refused.add(value);
  }

  #keep(
    client: number,
    reads: readonly (readonly [string, readonly number[] | number])[],
    appends: readonly (readonly [string, number])[],
  ): void {
    const id = this.#transactions.length;
    this.#transactions.push({ id, client, reads: new Map(reads), appends: new Map(appends) });
  }

  async #listNow(list: string): Promise<readonly number[]> {
    const item = await this.#table.get(this.#key(list), { consistent: true });
    return (item?.['values'] ?? []) as readonly number[];
  }

  #next(): number {
    this.#values += 1;
    return this.#values;
  }

  #key(list: string): { pk: string; sk: string } {
    return { pk: `test#${this.#name}-${list}`, sk: 'list' };
  }
}
