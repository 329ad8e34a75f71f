import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoTable } from '../../../shared/data/dynamodb-table.ts';
import type { Consumed, Table } from '../../../shared/data/table.ts';
import { TableUnavailable } from '../../../shared/data/table-errors.ts';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { type Fault, networkFaults } from './faults.ts';
import { body, freshKey } from './targets.ts';

const THROTTLED: Fault = { error: 'ProvisionedThroughputExceededException' };
const CONFLICT: Fault = { error: 'TransactionConflictException' };
const BROKEN: Fault = { error: 'InternalServerError', status: 500 };
const LOST: Fault = { error: 'reset', afterwards: true };

/** Nothing was written, and the next attempt may succeed. */
const HARMLESS: readonly Fault[] = [
  THROTTLED,
  CONFLICT,
  { error: 'ThrottlingException' },
  { error: 'RequestLimitExceeded' },
];
const AMBIGUOUS: readonly Fault[] = [
  BROKEN,
  { error: 'ServiceUnavailable', status: 503 },
  { error: 'reset' },
  LOST,
];

const CANCELLED = (...reasons: string[]): Fault => ({ error: 'TransactionCanceledException', reasons });

const faults = networkFaults();
let engine: TableEngine;
let table: Table;
let sleeps: number[];
let consumed: Consumed[];
let draws: number[];

beforeAll(async () => {
  engine = await startTableEngine({ post: faults.post });
});
afterAll(() => engine.stop());
beforeEach(() => {
  for (const list of [faults.next, faults.sent, faults.inputs]) list.length = 0;
  sleeps = [];
  consumed = [];
  draws = [];
  table = createDynamoTable({
    client: engine.client,
    tableName: engine.tableName,
    onConsumed: (each) => consumed.push(each),
    sleep: async (milliseconds) => void sleeps.push(milliseconds),
    random: () => draws.shift() ?? 1,
  });
});

async function put(n = 1): Promise<{ pk: string; sk: string }> {
  const key = freshKey();
  await table.put({ ...key, n });
  faults.sent.length = 0;
  consumed.length = 0;
  return key;
}

async function attributes(key: { pk: string; sk: string }): Promise<object | undefined> {
  return body(await table.get(key, { consistent: true }));
}

type Key = { pk: string; sk: string };
const CALLS: readonly { what: string; call: (key: Key) => Promise<unknown> }[] = [
  { what: 'a get', call: (key) => table.get(key) },
  { what: 'a read of many', call: (key) => table.getMany([key]) },
  { what: 'a query', call: (key) => table.query({ pk: key.pk }) },
  { what: 'a put', call: (key) => table.put({ ...key, n: 2 }) },
  { what: 'an update', call: (key) => table.update(key, { add: { n: 1 } }, { if: { n: 1 } }) },
  { what: 'a delete', call: (key) => table.delete(key, { if: { n: 1 } }) },
  {
    what: 'a transaction',
    call: (key) => table.transact([{ update: key, changes: { add: { n: 1 } }, if: { n: 1 } }]),
  },
];

describe('a table whose engine refuses for a moment', () => {
  describe.each(HARMLESS)('with $error', (fault) => {
    it.each(CALLS)('repeats $what until it answers as it would have', async ({ call }) => {
      const expected = withoutKey(await call(await put()));
      const key = await put();
      faults.next.push(fault, fault, fault);
      expect(withoutKey(await call(key))).toBe(expected);
      expect(sleeps).toEqual([25, 50, 100]);
    });
  });

  function withoutKey(answer: unknown): string {
    return String(JSON.stringify(answer)).replaceAll(/test#[0-9-]+/g, 'test#');
  }

  it.each(CALLS)('gives $what up after six attempts, with nothing written', async ({ call }) => {
    const key = await put();
    faults.next.push(...Array.from({ length: 6 }, () => THROTTLED));
    const error: unknown = await call(key).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TableUnavailable);
    expect(error).toMatchObject({ code: 'TABLE_UNAVAILABLE', reason: THROTTLED.error, applied: 'no' });
    expect(faults.sent).toHaveLength(6);
    expect(sleeps).toEqual([25, 50, 100, 200, 400]);
    expect(consumed).toEqual([]);
    expect(await attributes(key)).toEqual({ n: 1 });
  });
  it('waits a random part of that, so that two do not meet again', async () => {
    const key = await put();
    faults.next.push(THROTTLED, THROTTLED, THROTTLED);
    draws = [0, 0.5, 0.1];
    await table.get(key);
    expect(sleeps).toEqual([0, 25, 10]);
  });
  it('reports what an attempt consumed once', async () => {
    const key = await put();
    faults.next.push(THROTTLED);
    await table.update(key, { add: { n: 1 } });
    expect(consumed).toEqual([{ operation: 'update', readUnits: 0, writeUnits: 1, refused: false }]);
  });
  it('leaves repeating to this layer, not to the SDK as well', async () => {
    const key = await put();
    faults.next.push(...Array.from({ length: 6 }, () => BROKEN));
    await expect(table.get(key)).rejects.toBeInstanceOf(TableUnavailable);
    expect(faults.sent).toHaveLength(6);
  });
});

describe('a transaction', () => {
  const transact = (key: Key, token?: string): ReturnType<Table['transact']> =>
    table.transact(
      [
        { update: key, changes: { add: { n: 1 } } },
        { check: freshKey(), if: { $exists: false } },
      ],
      {
        ...(token !== undefined && { token }),
      },
    );

  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'cancelled for %s, which the SDK does not repeat, is repeated',
    async (reason) => {
      const key = await put();
      faults.next.push(CANCELLED('None', reason), CANCELLED(reason, 'None'));
      expect(await transact(key)).toEqual({ ok: true });
      expect(await attributes(key)).toEqual({ n: 2 });
      expect(sleeps).toEqual([25, 50]);
    },
  );
  it('still in progress is asked for again', async () => {
    const key = await put();
    faults.next.push({ error: 'TransactionInProgressException' });
    expect(await transact(key)).toEqual({ ok: true });
  });
  it('in conflict for ever is given up, with nothing written', async () => {
    const key = await put();
    faults.next.push(...Array.from({ length: 6 }, () => CANCELLED('TransactionConflict', 'None')));
    await expect(transact(key)).rejects.toMatchObject({ reason: 'TransactionConflict', applied: 'no' });
    expect(await attributes(key)).toEqual({ n: 1 });
  });
  it('refused by a condition is refused, although it met another as well', async () => {
    const key = await put();
    faults.next.push(CANCELLED('ConditionalCheckFailed', 'TransactionConflict'));
    expect(await transact(key)).toEqual({
      ok: false,
      failures: [
        { failed: true, current: undefined },
        { failed: false, current: undefined },
      ],
    });
    expect(sleeps).toEqual([]);
  });
  it('that cannot succeed is no refusal', async () => {
    const key = await put();
    faults.next.push(CANCELLED('ConditionalCheckFailed', 'ValidationError'));
    await expect(transact(key)).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
  });
  it('whose answer is lost is written once, because each attempt bears the same token', async () => {
    const key = await put();
    faults.next.push(LOST, { ...BROKEN, afterwards: true });
    expect(await transact(key)).toEqual({ ok: true });
    expect(await attributes(key)).toEqual({ n: 2 });
    const tokens = faults.inputs.flatMap((input) => /"ClientRequestToken":"([^"]+)"/.exec(input)?.[1] ?? []);
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(1);
  });
  it('bears its caller’s token where there is one', async () => {
    const key = await put();
    faults.next.push(LOST);
    await transact(key, 'the-callers');
    expect(JSON.stringify(faults.inputs.slice(-2))).toMatch(/the-callers.*the-callers/);
    expect(await attributes(key)).toEqual({ n: 2 });
  });
  it('bears another token each time where there is none', async () => {
    const key = await put();
    await transact(key);
    await transact(key);
    expect(await attributes(key)).toEqual({ n: 3 });
  });
  it('that nobody answers may have been written', async () => {
    const key = await put();
    faults.next.push(LOST, ...Array.from({ length: 5 }, () => BROKEN));
    await expect(transact(key)).rejects.toMatchObject({ code: 'TABLE_UNAVAILABLE', applied: 'unknown' });
    expect(await attributes(key)).toEqual({ n: 2 });
  });
});

describe('a write whose answer is lost', () => {
  describe.each(AMBIGUOUS)('with $error, done all the same: $afterwards', (fault) => {
    it('is never repeated when it adds', async () => {
      const key = await put();
      faults.next.push(fault);
      const error: unknown = await table.update(key, { add: { n: 1 } }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TableUnavailable);
      expect(error).toMatchObject({ applied: 'unknown' });
      expect(faults.sent).toEqual(['UpdateItem']);
      expect(await attributes(key)).toEqual({ n: fault.afterwards ? 2 : 1 });
    });
    it.each([
      { what: 'appends', changes: { append: { l: [1] } } },
      { what: 'copies', changes: { set: { m: { $from: 'n' } } } },
      { what: 'joins', changes: { set: { l: { $join: ['l', [1]] } } } },
    ] as const)('is never repeated when it $what', async ({ changes }) => {
      const key = await put();
      faults.next.push(fault);
      await expect(table.update(key, changes)).rejects.toMatchObject({ applied: 'unknown' });
      expect(faults.sent).toEqual(['UpdateItem']);
    });
    it('is repeated when it only sets, since twice is once', async () => {
      const key = await put();
      faults.next.push(fault);
      const outcome = await table.update(key, { set: { n: 7 }, remove: ['m'] });
      expect(outcome).toEqual({ ok: true, item: { ...key, n: 7 } });
    });
    it('is repeated when it puts, and answers yes although its own first attempt is in its way', async () => {
      const key = freshKey();
      faults.next.push(fault);
      const outcome = await table.put({ ...key, n: 1 }, { if: { $exists: false } });
      expect(outcome).toEqual({ ok: true, item: { ...key, n: 1 } });
    });
    it('answers neither yes nor no when it is refused afterwards', async () => {
      const key = await put(1);
      faults.next.push(fault);
      const update = table.update(key, { set: { n: 2 } }, { if: { n: { ne: 2 } } });
      if (fault.afterwards) await expect(update).rejects.toMatchObject({ applied: 'unknown' });
      else expect(await update).toEqual({ ok: true, item: { ...key, n: 2 } });
      expect(await attributes(key)).toEqual({ n: 2 });
    });
    it('of a delete is repeated', async () => {
      const key = await put();
      faults.next.push(fault);
      expect(await table.delete(key)).toMatchObject({ ok: true });
      expect(await attributes(key)).toBeUndefined();
    });
  });
  it('answers neither yes nor no either when it was throttled in between', async () => {
    const key = await put(1);
    faults.next.push(LOST, THROTTLED);
    const update = table.update(key, { set: { n: 2 } }, { if: { n: { ne: 2 } } });
    await expect(update).rejects.toMatchObject({ applied: 'unknown' });
  });
  it('and somebody else’s item stands there: neither yes nor no', async () => {
    const key = await put(5);
    faults.next.push({ error: 'reset' });
    const other = table.put({ ...key, n: 1 }, { if: { $exists: false } });
    await expect(other).rejects.toMatchObject({ code: 'TABLE_UNAVAILABLE', applied: 'unknown' });
    expect(await attributes(key)).toEqual({ n: 5 });
  });
});

describe('a read of many', () => {
  it('asks again for what the engine left unprocessed', async () => {
    const [a, b] = [await put(1), await put(2)];
    faults.heldBack = 2;
    const found = await table.getMany([a, b]);
    expect(found.map((item) => item?.['n'])).toEqual([1, 2]);
    expect(sleeps).toEqual([50, 100]);
  });
  it('gives up when nothing comes any more', async () => {
    const [a, b] = [await put(1), await put(2)];
    faults.heldBack = 100;
    await expect(table.getMany([a, b])).rejects.toMatchObject({
      code: 'TABLE_UNAVAILABLE',
      reason: 'UnprocessedKeys',
    });
    faults.heldBack = 0;
    expect(faults.sent).toHaveLength(6);
  });
});

describe('a table that cannot be reached', () => {
  it('tells the engine’s error name and nothing of the item', async () => {
    const key = { pk: 'test#secret-1', sk: 'secret-2' };
    for (const fault of [{ error: 'AccessDeniedException' }, { error: 'ResourceNotFoundException' }]) {
      faults.next.push(fault);
      const error: unknown = await table.put({ ...key, note: 'secret-3' }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TABLE_UNAVAILABLE', reason: fault.error, applied: 'no' });
      expect(JSON.stringify([String(error), error, Object(error).stack, Object(error).cause])).not.toContain(
        'secret',
      );
    }
    expect(faults.sent).toHaveLength(2);
    expect(sleeps).toEqual([]);
  });
  it('or refuses the call, tells nothing that the engine quotes', async () => {
    faults.next.push({ error: 'ValidationException' });
    const error: unknown = await table.get(freshKey()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'TABLE_INVALID_CALL' });
    expect(JSON.stringify([String(error), error, Object(error).stack, Object(error).cause])).not.toContain(
      'secret',
    );
  });
  it('is told apart from one that refuses', async () => {
    const dead = createDynamoTable({
      client: engine.client,
      tableName: 'no-such-table',
      sleep: async () => {},
    });
    await expect(dead.get(freshKey())).rejects.toMatchObject({ reason: 'ResourceNotFoundException' });
  });
});
