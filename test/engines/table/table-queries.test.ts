import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item, Key, Page, QuerySpec } from '../../../shared/data/table.ts';
import { ITEMS, PK, QUERY_CASES } from './query-cases.ts';
import { freshKey, type RunningTarget, targets } from './targets.ts';

/** An index of charges holds no more of an item than its charge. */
function names(items: readonly Item[]): string {
  return items.map(({ name, charge }) => name ?? (charge as { chargeId?: string })?.chargeId).join(' ');
}

describe.each(targets)('a query $name', ({ start }) => {
  let target: RunningTarget;

  beforeAll(async () => {
    target = await start();
    for (const item of ITEMS) await target.table.put(item);
  });
  afterAll(() => target.stop());

  async function pages(spec: QuerySpec): Promise<Page[]> {
    const found: Page[] = [];
    for (let after: Item | undefined; ; ) {
      const page = await target.table.query({ ...spec, ...(after && { after }) });
      found.push(page);
      after = page.next;
      if (after === undefined) return found;
    }
  }

  const cases = QUERY_CASES.map(({ spec, finds }) => ({
    spec: { pk: PK, ...spec },
    finds,
    said: JSON.stringify(spec),
  }));

  // Not it.each: it would cut the titles short.
  for (const { spec, finds, said } of cases) {
    it(`${said} finds [${finds}]`, async () => {
      expect(names((await target.table.query(spec)).items)).toBe(finds);
    });
  }

  for (const { spec, finds, said } of cases) {
    if (spec.limit !== undefined) continue;
    it.each([1, 2, 3])(`${said} finds [${finds}] in pages of %i`, async (limit) => {
      const found = await pages({ ...spec, limit });
      expect(names(found.flatMap(({ items }) => items))).toBe(finds);
      expect(Math.max(...found.map(({ items }) => items.length))).toBeLessThanOrEqual(limit);
    });
  }

  it('answers whole items from an index that holds everything', async () => {
    const { items } = await target.table.query({ index: 'lookup', pk: 'look#y' });
    expect(items).toEqual(ITEMS.filter(({ name }) => name === 'e'));
  });

  it('answers only keys and charge from the index of charges', async () => {
    const { items } = await target.table.query({ index: 'charges', pk: 'charge#q' });
    const [{ name, n, ...shown }] = ITEMS.filter((item) => item['name'] === 'c4') as [Item];
    expect(items).toEqual([shown]);
  });

  it('answers only keys and kind from the index of timers', async () => {
    const key = freshKey();
    const timer = { kind: 'remind', at: '2026-05-01T08:00:00Z' };
    const { item } = outcome(await target.table.put({ ...key, secret: 1 }, { timer }));
    const { items } = await target.table.query({ index: 'due', pk: String(item['dueShard']) });
    expect(items).toEqual([
      { ...key, dueShard: item['dueShard'], dueAt: '2026-05-01T08:00:00.000Z', dueKind: 'remind' },
    ]);
  });

  const ends: readonly { what: string; limit: number; more: boolean }[] = [
    { what: 'the partition goes on', limit: 7, more: true },
    // The engine does not look ahead: it says there may be more.
    { what: 'the page ends with the partition', limit: 8, more: true },
    { what: 'the partition ends within the page', limit: 9, more: false },
  ];
  it.each(ends)('says there may be more: $more, when $what', async ({ limit, more }) => {
    const { next } = await target.table.query({ pk: PK, limit });
    expect(next !== undefined).toBe(more);
  });

  it('goes on after an item that is gone meanwhile', async () => {
    const keys = ['1', '2', '3'].map((sk) => ({ pk: 'test#gone', sk }));
    for (const key of keys) await target.table.put({ ...key });
    const { next } = await target.table.query({ pk: 'test#gone', limit: 2 });
    await target.table.delete({ pk: 'test#gone', sk: '2' });
    const rest = await target.table.query({ pk: 'test#gone', ...(next && { after: next }) });
    expect(rest.items).toEqual([{ pk: 'test#gone', sk: '3' }]);
  });

  it('tells equal sort keys of an index apart from page to page', async () => {
    const keys = Array.from({ length: 7 }, freshKey);
    for (const key of keys) await target.table.put({ ...key, lookupPk: 'look#same', lookupSk: 'same' });
    const found = await pages({ index: 'lookup', pk: 'look#same', limit: 2 });
    const pks = found.flatMap(({ items }) => items.map(({ pk }) => pk));
    expect(pks.toSorted()).toEqual(keys.map(({ pk }) => pk).toSorted());
  });

  it('reads at most a megabyte a page', async () => {
    const filler = 'x'.repeat(300_000);
    for (const sk of ['1', '2', '3', '4', '5'])
      await target.table.put({ pk: 'test#large', sk, filler, name: sk });
    const found = await pages({ pk: 'test#large' });
    expect(found.map(({ items }) => names(items))).toEqual(['1 2 3', '4 5']);
  });

  it('answers empty pages when the filter drops all of them', async () => {
    const found = await pages({ pk: PK, limit: 3, where: { n: 8 } });
    expect(found.map(({ items }) => names(items))).toEqual(['', '', 'h']);
  });

  describe('over an index that follows the item', () => {
    async function inIndex({ pk }: Key): Promise<Item[]> {
      const { items } = await target.table.query({ index: 'lookup', pk: 'look#moving' });
      return items.filter((item) => item.pk === pk);
    }
    const link = { lookupPk: 'look#moving', lookupSk: '1' };

    it('finds it once both attributes are there', async () => {
      const key = freshKey();
      await target.table.put({ ...key, lookupPk: 'look#moving' });
      expect(await inIndex(key)).toEqual([]);
      await target.table.update(key, { set: { lookupSk: '1' } });
      expect(await inIndex(key)).toEqual([{ ...key, ...link }]);
    });
    it('no longer finds it once one of them is removed', async () => {
      const key = freshKey();
      await target.table.put({ ...key, ...link });
      await target.table.update(key, { remove: ['lookupSk'] });
      expect(await inIndex(key)).toEqual([]);
    });
    it('no longer finds it once it is replaced without them', async () => {
      const key = freshKey();
      await target.table.put({ ...key, ...link });
      await target.table.put({ ...key, n: 1 });
      expect(await inIndex(key)).toEqual([]);
    });
    it('no longer finds it once it is deleted', async () => {
      const key = freshKey();
      await target.table.put({ ...key, ...link });
      await target.table.delete(key);
      expect(await inIndex(key)).toEqual([]);
    });
    it('finds it under its new key only', async () => {
      const key = freshKey();
      await target.table.put({ ...key, lookupPk: 'look#before', lookupSk: '1' });
      await target.table.update(key, { set: link });
      expect(await inIndex(key)).toEqual([{ ...key, ...link }]);
      expect((await target.table.query({ index: 'lookup', pk: 'look#before' })).items).toEqual([]);
    });
    it('shows its other changes too', async () => {
      const key = freshKey();
      await target.table.put({ ...key, ...link, n: 1 });
      await target.table.update(key, { add: { n: 1 } });
      expect(await inIndex(key)).toEqual([{ ...key, ...link, n: 2 }]);
    });
    it('does not show what a refused write would have changed', async () => {
      const key = freshKey();
      await target.table.put({ ...key, ...link, n: 1 });
      await target.table.update(key, { add: { n: 1 }, remove: ['lookupSk'] }, { if: { n: 5 } });
      expect(await inIndex(key)).toEqual([{ ...key, ...link, n: 1 }]);
    });
  });

  describe('reads many at once', () => {
    const key = (n: number): Key => ({ pk: `test#many-${n % 7}`, sk: String(n) });

    it('in the order asked, with gaps and repeats', async () => {
      await target.table.put({ ...key(1), n: 1 });
      await target.table.put({ ...key(2), n: 2 });
      const found = await target.table.getMany([key(2), key(99), key(1), key(2)]);
      expect(found.map((item) => item?.['n'])).toEqual([2, undefined, 1, 2]);
    });
    it('none when none are asked', async () => {
      expect(await target.table.getMany([])).toEqual([]);
    });
    it('more than one batch of the engine holds', async () => {
      const keys = Array.from({ length: 230 }, (_, n) => key(n));
      for (const each of keys) await target.table.put({ ...each, whole: each.sk });
      const found = await target.table.getMany(keys, { consistent: true });
      expect(found.map((item) => item?.['whole'])).toEqual(keys.map(({ sk }) => sk));
    });
    it('more than one answer of the engine holds', async () => {
      const keys = Array.from({ length: 50 }, (_, n) => ({ pk: 'test#heavy', sk: String(n) }));
      const filler = 'x'.repeat(380_000);
      for (const each of keys) await target.table.put({ ...each, filler });
      const found = await target.table.getMany(keys, { consistent: true });
      expect(found.map((item) => item?.sk)).toEqual(keys.map(({ sk }) => sk));
    });
    it('keys apart that differ only in where they are split', async () => {
      await target.table.put({ pk: 'test#ab', sk: 'c', n: 1 });
      await target.table.put({ pk: 'test#a', sk: 'bc', n: 2 });
      const found = await target.table.getMany([
        { pk: 'test#a', sk: 'bc' },
        { pk: 'test#ab', sk: 'c' },
      ]);
      expect(found.map((item) => item?.['n'])).toEqual([2, 1]);
    });
  });
});

function outcome<T>(result: { ok: true; item: T } | { ok: false }): { item: T } {
  if (!result.ok) throw new Error('the write was refused');
  return result;
}
