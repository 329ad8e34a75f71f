import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import type { Table, TransactOperation } from '../../../shared/data/table.ts';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { record } from './consistency.ts';
import { faultOf } from './serialisable.ts';

/** `npm run bench -- consistency` records a thousand. */
const HISTORIES = 15;
const OPERATIONS = 200;

let engine: TableEngine;
beforeAll(async () => {
  engine = await startTableEngine();
});
afterAll(() => engine.stop());

test('no update is lost and no transaction reads what never was, in histories of 200 operations by 20 clients at once', {
  timeout: 3_600_000,
}, async () => {
  let transactions = 0;
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const recorded = await record(engine.table, `consistency-${seed}`, seed, OPERATIONS);
    expect([seed, faultOf(recorded)]).toEqual([seed, undefined]);
    expect(recorded.refused.size).toBeGreaterThan(0);
    transactions += recorded.transactions.length;
  }
  console.log(`${HISTORIES} histories, ${transactions} acknowledged transactions, all of them in one order`);
});

/** A table in memory that does one thing wrong, and takes a moment over it. */
const broken: Readonly<Record<string, (table: Table) => Partial<Table>>> = {
  'an update that reads first and writes later': (table) => ({
    update: async (key, changes, how) => {
      const seen = await table.get(key, { consistent: true });
      await moment();
      if (seen === undefined || changes.append === undefined) return table.update(key, changes, how);
      const values = [...(seen['values'] as number[]), ...(changes.append['values'] as number[])];
      return table.update(key, { set: { values } });
    },
  }),
  'a condition that is not looked at': (table) => ({ update: (key, changes) => table.update(key, changes) }),
  'a transaction whose writes come one after the other': (table) => ({
    transact: async (operations) => {
      for (const operation of operations) {
        const outcome = await table.transact([operation]);
        if (!outcome.ok) return outcome;
        await moment();
      }
      return { ok: true };
    },
  }),
  'a transaction that is refused, and half done': (table) => ({
    transact: async (operations) => {
      const outcome = await table.transact(operations);
      if (!outcome.ok) await table.transact(operations.filter(isUpdate).map(({ if: _, ...rest }) => rest));
      return outcome;
    },
  }),
  'a transaction that does not look at what it only reads': (table) => ({
    transact: (operations) => table.transact(operations.filter(isUpdate)),
  }),
  'a consistent read that is not': (table) => {
    const seen = new Map<string, Awaited<ReturnType<Table['get']>>>();
    return {
      get: async (key) => {
        const before = seen.get(key.pk);
        const now = await table.get(key, { consistent: true });
        seen.set(key.pk, now);
        return before ?? now;
      },
    };
  },
};

function isUpdate(
  operation: TransactOperation,
): operation is Extract<TransactOperation, { update: unknown }> {
  return 'update' in operation;
}

function moment(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Each call takes a turn of its own, so that twenty clients meet. */
function slow(table: Table): Table {
  const later =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await moment();
      const answer = await call(...args);
      await moment();
      return answer;
    };
  return {
    ...table,
    get: later(table.get),
    update: later(table.update),
    transact: later(table.transact),
  };
}

describe('the check finds', () => {
  test('nothing in a table that is whole', async () => {
    for (let seed = 1; seed <= 20; seed += 1)
      expect(faultOf(await record(slow(createMemoryTable()), 'whole', seed, OPERATIONS))).toBeUndefined();
  });

  test.for(Object.entries(broken))('%s', async ([, breaks]) => {
    const faults: (string | undefined)[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const table = createMemoryTable();
      faults.push(faultOf(await record(slow({ ...table, ...breaks(table) }), 'broken', seed, OPERATIONS)));
    }
    expect(faults.filter((fault) => fault !== undefined).length).toBeGreaterThan(0);
  });
});
