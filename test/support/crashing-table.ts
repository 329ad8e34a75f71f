import type { Table } from '../../shared/data/table.ts';
import { TableUnavailable } from '../../shared/data/table-errors.ts';

export class Crash extends Error {
  constructor() {
    super('the process died');
    this.name = 'Crash';
  }
}

/**
 * - `before`: the process dies, the write is not done;
 * - `after`: the write is done, the process dies before it hears of it;
 * - `unanswered`: the write is done, the table's answer is lost, the process lives on.
 */
export type Accident = 'before' | 'after' | 'unanswered';

export interface CrashingTable {
  readonly table: Table;
  /** Whether the accident has happened. */
  happened(): boolean;
}

/** A table whose `nth` write (from 1) meets an accident. After its process died no call is answered any more. */
export function crashingTable(
  inner: Table,
  { nth, accident }: { nth: number; accident: Accident },
): CrashingTable {
  let writes = 0;
  let dead = false;
  let happened = false;

  async function read<T>(call: () => Promise<T>): Promise<T> {
    if (dead) throw new Crash();
    return call();
  }

  async function write<T>(call: () => Promise<T>): Promise<T> {
    if (dead) throw new Crash();
    writes += 1;
    if (writes !== nth) return call();
    happened = true;
    if (accident !== 'before') await call();
    if (accident === 'unanswered') throw new TableUnavailable('TimeoutError', 'unknown');
    dead = true;
    throw new Crash();
  }

  return {
    happened: () => happened,
    table: {
      get: (...args) => read(() => inner.get(...args)),
      getMany: (...args) => read(() => inner.getMany(...args)),
      query: (...args) => read(() => inner.query(...args)),
      put: (...args) => write(() => inner.put(...args)),
      update: (...args) => write(() => inner.update(...args)),
      delete: (...args) => write(() => inner.delete(...args)),
      transact: (...args) => write(() => inner.transact(...args)),
    },
  };
}
