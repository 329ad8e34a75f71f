import type { Recorded, Transaction } from './consistency.ts';

/**
 * What is wrong with a recorded history, or nothing (after Kingsbury and Alvaro, Elle, VLDB 2020). Lists are only
 * appended to, so the last state of each is the order of its versions; reads and appends then say who came before whom,
 * and so does each client, which does one thing after the other. A circle is a history that no order explains.
 */
export function faultOf({ transactions, refused, lists }: Recorded): string | undefined {
  const writers = new Map<number, Transaction>();
  for (const transaction of transactions)
    for (const value of transaction.appends.values()) writers.set(value, transaction);
  for (const [list, values] of lists) {
    if (new Set(values).size < values.length) return `a value stands twice in ${list}`;
    for (const value of values) {
      if (refused.has(value)) return `${value} was refused, and stands in ${list}`;
      if (!writers.has(value)) return `${value} was written by nobody`;
    }
  }
  for (const { appends } of transactions)
    for (const [list, value] of appends)
      if (lists.get(list)?.includes(value) !== true)
        return `an acknowledged write is lost: ${value} in ${list}`;
  for (const { reads } of transactions)
    for (const [list, seen] of reads)
      if (typeof seen !== 'number' && !isPrefix(seen, lists.get(list) ?? []))
        return `somebody saw ${list} as it never was`;
  return circleIn(orderOf(transactions, lists, writers));
}

function isPrefix(seen: readonly number[], all: readonly number[]): boolean {
  return seen.every((value, index) => all[index] === value);
}

/** By transaction: those that come after it. */
type Order = ReadonlyMap<number, ReadonlySet<number>>;

function orderOf(
  transactions: readonly Transaction[],
  lists: Recorded['lists'],
  writers: ReadonlyMap<number, Transaction>,
): Order {
  const order = new Map(transactions.map(({ id }) => [id, new Set<number>()]));
  const before = (one: number | undefined, other: number | undefined): void => {
    if (one !== undefined && other !== undefined && one !== other) order.get(one)?.add(other);
  };
  const writerAt = (list: string, index: number): number | undefined =>
    writers.get(lists.get(list)?.[index] ?? -1)?.id;
  for (const [list, values] of lists)
    for (let index = 1; index < values.length; index += 1)
      before(writerAt(list, index - 1), writerAt(list, index));
  const last = new Map<number, number>();
  for (const { id, client, reads } of transactions) {
    before(last.get(client), id);
    last.set(client, id);
    for (const [list, seen] of reads) {
      const length = typeof seen === 'number' ? seen : seen.length;
      before(writerAt(list, length - 1), id);
      // Whoever appended next came after this read.
      before(id, writerAt(list, length));
    }
  }
  return order;
}

function circleIn(order: Order): string | undefined {
  const state = new Map<number, 'open' | 'done'>();
  for (const root of order.keys()) {
    const path: { readonly id: number; readonly left: number[] }[] = [];
    const enter = (id: number): void => {
      state.set(id, 'open');
      path.push({ id, left: [...(order.get(id) ?? [])] });
    };
    if (!state.has(root)) enter(root);
    for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
      const next = here.left.pop();
      if (next === undefined) {
        state.set(here.id, 'done');
        path.pop();
      } else if (state.get(next) === 'open') {
        const circle = path.slice(path.findIndex(({ id }) => id === next)).map(({ id }) => id);
        return `no order explains the transactions ${circle.join(', ')}`;
      } else if (!state.has(next)) enter(next);
    }
  }
  return undefined;
}
