import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item, Key, TransactOperation, TransactOutcome } from '../../../shared/data/table.ts';
import { body, freshKey, type RunningTarget, targets } from './targets.ts';

/** What each kind of operation leaves of `{ n: 1 }` when its condition holds. */
const OPERATIONS = [
  {
    kind: 'put',
    done: { m: 1 },
    of: (key: Key, n: number) => ({ put: { pk: key.pk, sk: key.sk, m: 1 }, if: { n } }),
  },
  {
    kind: 'update',
    done: { n: 1, m: 1 },
    of: (key: Key, n: number) => ({ update: key, changes: { set: { m: 1 } }, if: { n } }),
  },
  { kind: 'delete', done: undefined, of: (key: Key, n: number) => ({ delete: key, if: { n } }) },
  { kind: 'check', done: { n: 1 }, of: (key: Key, n: number) => ({ check: key, if: { n } }) },
] as const;

const PAIRS = OPERATIONS.flatMap((first) =>
  OPERATIONS.map((second) => ({ first, second, title: `a ${first.kind} with a ${second.kind}` })),
);

describe.each(targets)('a transaction $name', ({ start }) => {
  let target: RunningTarget;

  beforeAll(async () => {
    target = await start();
  });
  afterAll(() => target.stop());

  async function one(attributes: object = { n: 1 }): Promise<Item> {
    const item = { ...freshKey(), ...attributes };
    await target.table.put(item);
    return item;
  }
  async function bodies(...keys: Key[]): Promise<(object | undefined)[]> {
    return (await target.table.getMany(keys, { consistent: true })).map(body);
  }
  function transact(...operations: TransactOperation[]): Promise<TransactOutcome> {
    return target.table.transact(operations);
  }

  describe.each(PAIRS)('of $title', ({ first, second }) => {
    it('does both when both conditions hold', async () => {
      const [a, b] = [await one(), await one()];
      expect(await transact(first.of(a, 1), second.of(b, 1))).toEqual({ ok: true });
      expect(await bodies(a, b)).toEqual([first.done, second.done]);
    });
    it('does nothing when the first condition fails', async () => {
      const [a, b] = [await one(), await one()];
      expect(await transact(first.of(a, 2), second.of(b, 1))).toEqual({
        ok: false,
        failures: [
          { failed: true, current: a },
          { failed: false, current: undefined },
        ],
      });
      expect(await bodies(a, b)).toEqual([{ n: 1 }, { n: 1 }]);
    });
    it('does nothing when the second condition fails', async () => {
      const [a, b] = [await one(), await one()];
      expect(await transact(first.of(a, 1), second.of(b, 2))).toEqual({
        ok: false,
        failures: [
          { failed: false, current: undefined },
          { failed: true, current: b },
        ],
      });
      expect(await bodies(a, b)).toEqual([{ n: 1 }, { n: 1 }]);
    });
    it('tells of both when both conditions fail', async () => {
      const [a, b] = [await one(), await one()];
      expect(await transact(first.of(a, 2), second.of(b, 2))).toEqual({
        ok: false,
        failures: [
          { failed: true, current: a },
          { failed: true, current: b },
        ],
      });
    });
  });

  describe.each(OPERATIONS)('of one $kind', ({ kind, done, of }) => {
    it('is done when its condition holds', async () => {
      const item = await one();
      expect(await transact(of(item, 1))).toEqual({ ok: true });
      expect(await bodies(item)).toEqual([done]);
    });
    it('is refused of a missing item, and answers that there is none', async () => {
      const key = freshKey();
      expect(await transact(of(key, 1))).toEqual({
        ok: false,
        failures: [{ failed: true, current: undefined }],
      });
      expect(await bodies(key)).toEqual([undefined]);
    });
    it('is refused beside itself', async () => {
      const item = await one();
      await expect(transact(of(item, 1), of(item, 1))).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
      expect(await bodies(item)).toEqual([{ n: 1 }]);
    });
    it(`is refused with a ${kind === 'check' ? 'put' : 'check'} of the same item`, async () => {
      const item = await one();
      const other: TransactOperation = kind === 'check' ? { put: item } : { check: item, if: { n: 1 } };
      await expect(transact(of(item, 1), other)).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
    });
  });

  it('writes without conditions', async () => {
    const [a, b, gone] = [freshKey(), freshKey(), await one()];
    const outcome = await transact(
      { put: { ...a, x: 1 } },
      { update: b, changes: { add: { y: 2 } } },
      { delete: gone },
    );
    expect(outcome).toEqual({ ok: true });
    expect(await bodies(a, b, gone)).toEqual([{ x: 1 }, { y: 2 }, undefined]);
  });
  it('deletes what is not there', async () => {
    expect(await transact({ delete: freshKey() })).toEqual({ ok: true });
  });
  it('holds a hundred operations', async () => {
    const keys = Array.from({ length: 100 }, freshKey);
    expect(await transact(...keys.map((key) => ({ put: { ...key, n: 1 } })))).toEqual({ ok: true });
    expect(await bodies(...keys)).toEqual(keys.map(() => ({ n: 1 })));
  });
  it('refuses none and a hundred and one', async () => {
    const keys = Array.from({ length: 101 }, freshKey);
    await expect(transact()).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
    await expect(transact(...keys.map((put) => ({ put })))).rejects.toMatchObject({
      code: 'TABLE_INVALID_CALL',
    });
    expect(await bodies(...keys)).toEqual(keys.map(() => undefined));
  });
  it('carries the events and timers of its writes', async () => {
    const [a, b] = [await one(), freshKey()];
    const event = { id: 'e1', type: 'test.moved', at: '2026-01-01T00:00:00.000Z', data: { to: 'b' } };
    const timer = { kind: 'lapse', at: '2026-01-02T00:00:00Z' };
    await transact({ update: a, changes: { set: { n: 2 } }, event }, { put: { ...b, n: 1 }, timer });
    const [first, second] = await bodies(a, b);
    expect(first).toMatchObject({ n: 2, eventId: 'e1', eventType: 'test.moved' });
    expect(second).toMatchObject({ n: 1, dueKind: 'lapse', dueAt: '2026-01-02T00:00:00.000Z' });
  });
  it('moves a unit from one item to another, and never into debt', async () => {
    const [from, to] = [await one({ left: 3 }), await one({ left: 0 })];
    const move = (): Promise<TransactOutcome> =>
      transact(
        { update: from, changes: { add: { left: -1 } }, if: { left: { gt: 0 } } },
        { update: to, changes: { add: { left: 1 } } },
      );
    const outcomes = await Promise.all(Array.from({ length: 8 }, move));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    expect(await bodies(from, to)).toEqual([{ left: 0 }, { left: 3 }]);
  });

  describe('with a token', () => {
    it('is done once', async () => {
      const item = await one();
      const token = randomUUID();
      const operations = [{ update: item, changes: { add: { n: 1 } } }];
      expect(await target.table.transact(operations, { token })).toEqual({ ok: true });
      expect(await target.table.transact(operations, { token })).toEqual({ ok: true });
      expect(await bodies(item)).toEqual([{ n: 2 }]);
    });
    it('answers as before although its condition no longer holds', async () => {
      const item = await one();
      const token = randomUUID();
      const operations = [{ update: item, changes: { add: { n: 1 } }, if: { n: 1 } }];
      await target.table.transact(operations, { token });
      expect(await target.table.transact(operations, { token })).toEqual({ ok: true });
    });
    it('is tried again after a refusal', async () => {
      const item = await one();
      const token = randomUUID();
      const operations = [{ update: item, changes: { set: { done: true } }, if: { n: 2 } }];
      expect((await target.table.transact(operations, { token })).ok).toBe(false);
      await target.table.update(item, { set: { n: 2 } });
      expect((await target.table.transact(operations, { token })).ok).toBe(true);
    });
    it('refuses the token of another transaction', async () => {
      const item = await one();
      const token = randomUUID();
      await target.table.transact([{ update: item, changes: { add: { n: 1 } } }], { token });
      const other = target.table.transact([{ update: item, changes: { add: { n: 2 } } }], { token });
      await expect(other).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
      expect(await bodies(item)).toEqual([{ n: 2 }]);
    });
    it('is done again under another token', async () => {
      const item = await one();
      const operations = [{ update: item, changes: { add: { n: 1 } } }];
      await target.table.transact(operations, { token: randomUUID() });
      await target.table.transact(operations, { token: randomUUID() });
      expect(await bodies(item)).toEqual([{ n: 3 }]);
    });
    it('without one is done again', async () => {
      const item = await one();
      await transact({ update: item, changes: { add: { n: 1 } } });
      await transact({ update: item, changes: { add: { n: 1 } } });
      expect(await bodies(item)).toEqual([{ n: 3 }]);
    });
    it.each(['', 'x'.repeat(37)])('refuses the token "%s"', async (token) => {
      const transaction = target.table.transact([{ put: freshKey() }], { token });
      await expect(transaction).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
    });
  });
});
