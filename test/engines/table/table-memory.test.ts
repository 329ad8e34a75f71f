import { describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/data/memory-store.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import { parsePath, valueAt } from '../../../shared/data/path.ts';
import type { Item } from '../../../shared/data/table.ts';

const KEY = { pk: 'test#1', sk: 'item' };

function clockAt(start: number): { now(): number; advance(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}

describe('the table in memory', () => {
  it('keeps what was put, whatever its caller does to it afterwards', async () => {
    const table = createMemoryTable();
    const mine = { ...KEY, list: [1], map: { a: { b: 1 } } };
    await table.put(mine);
    mine.list.push(2);
    mine.map.a.b = 2;
    expect(await table.get(KEY)).toEqual({ ...KEY, list: [1], map: { a: { b: 1 } } });
  });
  it('keeps what a change brought, whatever its caller does to it afterwards', async () => {
    const table = createMemoryTable();
    const mine = { a: [1] };
    await table.update(KEY, { set: { mine } });
    mine.a.push(2);
    expect(await table.get(KEY)).toEqual({ ...KEY, mine: { a: [1] } });
  });
  it('answers items nobody can change', async () => {
    const table = createMemoryTable();
    await table.put({ ...KEY, map: { list: [1] } });
    await table.update(KEY, { set: { 'map.more': { deep: [] } } });
    const item = await table.get(KEY);
    const nested = ['map', 'map.list', 'map.more', 'map.more.deep'].map((path) =>
      valueAt(item, parsePath(path)),
    );
    for (const each of [item, ...nested])
      expect(() => Object.assign(Object(each), { 0: 'other' })).toThrow(TypeError);
    for (const each of [item, ...nested]) expect(Object.isFrozen(each)).toBe(true);
  });
  it('answers after its caller goes on, never before', async () => {
    const table = createMemoryTable();
    const order: string[] = [];
    const put = table.put(KEY).then(() => order.push('answered'));
    order.push('went on');
    await put;
    expect(order).toEqual(['went on', 'answered']);
  });
  it('lists all it holds', async () => {
    const table = createMemoryTable();
    for (const sk of ['b', 'a', 'c']) await table.put({ pk: 'test#1', sk });
    await table.delete({ pk: 'test#1', sk: 'c' });
    expect(table.all().map(({ sk }) => sk)).toEqual(['a', 'b']);
  });
  it('forgets a transaction’s token after ten minutes', async () => {
    const clock = clockAt(0);
    const table = createMemoryTable({ clock });
    const add = (): Promise<unknown> =>
      table.transact([{ update: KEY, changes: { add: { n: 1 } } }], { token: 't' });
    await add();
    clock.advance(10 * 60_000);
    await add();
    expect(await table.get(KEY)).toMatchObject({ n: 1 });
    clock.advance(1);
    await add();
    expect(await table.get(KEY)).toMatchObject({ n: 2 });
  });
});

describe('the stream of the table in memory', () => {
  function streamed(): { table: ReturnType<typeof createMemoryTable>; changes: Change[] } {
    const changes: Change[] = [];
    return {
      table: createMemoryTable({ clock: clockAt(7), onChange: (each) => changes.push(each) }),
      changes,
    };
  }

  it('tells of each change in order, with both images', async () => {
    const { table, changes } = streamed();
    await table.put({ ...KEY, n: 1 });
    await table.update(KEY, { add: { n: 1 } });
    await table.delete(KEY);
    const [one, two]: Item[] = [
      { ...KEY, n: 1 },
      { ...KEY, n: 2 },
    ];
    expect(changes).toEqual([
      { sequence: 1, at: 7, key: KEY, old: undefined, new: one },
      { sequence: 2, at: 7, key: KEY, old: one, new: two },
      { sequence: 3, at: 7, key: KEY, old: two, new: undefined },
    ]);
  });
  it('tells nothing of a refused or failed write', async () => {
    const { table, changes } = streamed();
    await table.put(KEY, { if: { $exists: true } });
    await table.transact([{ put: KEY }, { check: { pk: 'test#2', sk: 'x' }, if: { $exists: true } }]);
    await expect(table.update(KEY, { set: { 'a.b': 1 } })).rejects.toThrow();
    expect(changes).toEqual([]);
  });
  it('tells nothing of a write that changes nothing', async () => {
    const { table, changes } = streamed();
    await table.put({ ...KEY, map: { a: 1, b: [1] } });
    await table.put({ ...KEY, map: { b: [1], a: 1 } });
    await table.update(KEY, { set: { 'map.a': 1 } });
    await table.transact([{ check: KEY, if: { $exists: true } }]);
    await table.delete({ pk: 'test#2', sk: 'x' });
    expect(changes).toHaveLength(1);
  });
  it('tells of a transaction’s writes in their order', async () => {
    const { table, changes } = streamed();
    await table.transact(['c', 'a', 'b'].map((sk) => ({ put: { pk: 'test#1', sk } })));
    expect(changes.map(({ key }) => key.sk)).toEqual(['c', 'a', 'b']);
  });
});

describe('reads of the table in memory that lag', () => {
  function lagging(lag: number): {
    table: ReturnType<typeof createMemoryTable>;
    clock: ReturnType<typeof clockAt>;
  } {
    const clock = clockAt(1_000_000);
    return { clock, table: createMemoryTable({ clock, stale: { lag: () => lag, maxLag: 1_000 } }) };
  }

  it('show an item as it was before', async () => {
    const { table, clock } = lagging(100);
    await table.put({ ...KEY, n: 1 });
    clock.advance(200);
    await table.update(KEY, { add: { n: 1 } });
    clock.advance(50);
    await table.update(KEY, { add: { n: 1 } });
    expect(await table.get(KEY)).toMatchObject({ n: 1 });
    expect((await table.getMany([KEY]))[0]).toMatchObject({ n: 1 });
    expect((await table.query({ pk: KEY.pk })).items).toMatchObject([{ n: 1 }]);
    clock.advance(50);
    expect(await table.get(KEY)).toMatchObject({ n: 2 });
    clock.advance(50);
    expect(await table.get(KEY)).toMatchObject({ n: 3 });
  });
  it('do not show yet what was just created, and still show what was just deleted', async () => {
    const { table, clock } = lagging(100);
    await table.put({ pk: 'test#1', sk: 'old' });
    clock.advance(200);
    await table.put({ pk: 'test#1', sk: 'new' });
    await table.delete({ pk: 'test#1', sk: 'old' });
    expect((await table.query({ pk: 'test#1' })).items.map(({ sk }) => sk)).toEqual(['old']);
    expect(await table.get({ pk: 'test#1', sk: 'new' })).toBeUndefined();
    clock.advance(100);
    expect((await table.query({ pk: 'test#1' })).items.map(({ sk }) => sk)).toEqual(['new']);
  });
  it('see the present when they ask for consistency', async () => {
    const { table } = lagging(100);
    await table.put({ ...KEY, n: 1 });
    expect(await table.get(KEY, { consistent: true })).toMatchObject({ n: 1 });
    expect((await table.query({ pk: KEY.pk, consistent: true })).items).toHaveLength(1);
  });
  it('show an index as it was before', async () => {
    const { table, clock } = lagging(100);
    await table.put({ ...KEY, lookupPk: 'look#a', lookupSk: '1' });
    clock.advance(200);
    await table.update(KEY, { set: { lookupPk: 'look#b' } });
    const found = async (pk: string): Promise<number> =>
      (await table.query({ index: 'lookup', pk })).items.length;
    expect([await found('look#a'), await found('look#b')]).toEqual([1, 0]);
    clock.advance(100);
    expect([await found('look#a'), await found('look#b')]).toEqual([0, 1]);
  });
  it('never delay a condition', async () => {
    const { table } = lagging(1_000);
    await table.put({ ...KEY, n: 1 });
    expect((await table.update(KEY, { add: { n: 1 } }, { if: { n: 1 } })).ok).toBe(true);
    expect((await table.update(KEY, { add: { n: 1 } }, { if: { n: 1 } })).ok).toBe(false);
  });
  it('forget what is older than the longest lag', async () => {
    const { table, clock } = lagging(5_000);
    for (let n = 0; n < 10; n += 1) {
      await table.put({ ...KEY, n });
      clock.advance(500);
    }
    expect(await table.get(KEY)).toMatchObject({ n: 8 });
  });
});
