import { describe, expect, it } from 'vitest';
import { entity } from '../../../shared/data/entity.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import type { Changes, Condition } from '../../../shared/data/table.ts';
import { InvalidTableCall } from '../../../shared/data/table-errors.ts';

interface Claim {
  readonly left: number;
  readonly holders: Readonly<Record<string, number>>;
  readonly note?: string;
  readonly dueAt?: string;
}

const claims = entity<{ schedule: string }, Claim>('booking', 'claim', ({ schedule }) => ({
  pk: `booking#schedule#${schedule}`,
  sk: 'claim',
}));
const ID = { schedule: 's1' };
const KEY = { pk: 'booking#schedule#s1', sk: 'claim' };
const CLAIM: Claim = { left: 2, holders: {} };

describe('an entity', () => {
  it('reads what it wrote', async () => {
    const table = createMemoryTable();
    expect(await claims.put(table, ID, CLAIM)).toMatchObject({ ok: true, item: CLAIM });
    expect(await claims.get(table, ID)).toMatchObject(CLAIM);
    expect(await table.get(KEY)).toEqual({ ...KEY, ...CLAIM });
  });
  it('answers nothing for what is not there', async () => {
    const table = createMemoryTable();
    expect(await claims.get(table, ID, { consistent: true })).toBeUndefined();
    expect(await claims.update(table, ID, { add: { left: -1 } }, { if: { $exists: true } })).toEqual({
      ok: false,
      current: undefined,
    });
    expect(await claims.delete(table, ID)).toEqual({ ok: true, item: undefined });
  });
  it('updates under a condition, and answers the item as it stands when that fails', async () => {
    const table = createMemoryTable();
    await claims.put(table, ID, CLAIM);
    const taken = await claims.update(table, ID, { add: { left: -2 } }, { if: { left: { ge: 2 } } });
    expect(taken.ok && taken.item.left).toBe(0);
    const refused = await claims.update(table, ID, { add: { left: -2 } }, { if: { left: { ge: 2 } } });
    expect(!refused.ok && refused.current?.left).toBe(0);
  });
  it('is neither put nor deleted under a condition that fails, and answers the item as it stands', async () => {
    const table = createMemoryTable();
    await claims.put(table, ID, CLAIM);
    const over = { if: { left: 0 } };
    const expected = { ok: false, current: CLAIM };
    expect(await claims.put(table, ID, { ...CLAIM, left: 1 }, over)).toMatchObject(expected);
    expect(await claims.delete(table, ID, over)).toMatchObject(expected);
    expect(await table.get(KEY)).toEqual({ ...KEY, ...CLAIM });
  });
  it('shows its timer to a type that asks for it', async () => {
    const table = createMemoryTable();
    await claims.put(table, ID, CLAIM, { timer: { kind: 'tick', at: '2026-03-01T00:00:00Z' } });
    expect((await claims.get(table, ID))?.dueAt).toBe('2026-03-01T00:00:00.000Z');
  });
  it('can be put back as it was read, without its old timer', async () => {
    const table = createMemoryTable();
    await claims.put(table, ID, CLAIM, { timer: { kind: 'tick', at: '2026-03-01T00:00:00Z' } });
    const claim = await claims.get(table, ID);
    if (claim === undefined) throw new Error('not there');
    await claims.put(table, ID, { ...claim, left: 1 });
    expect(await table.get(KEY)).toEqual({ ...KEY, holders: {}, left: 1 });
  });
  it('cannot be put under another key than its own', async () => {
    const table = createMemoryTable();
    const stray = { ...CLAIM, pk: 'payment#1', sk: 'x' };
    await claims.put(table, ID, stray);
    expect(table.all()).toEqual([{ ...KEY, ...CLAIM }]);
  });
  it('reads many in the order asked', async () => {
    const table = createMemoryTable();
    await claims.put(table, { schedule: 'a' }, { ...CLAIM, left: 1 });
    await claims.put(table, { schedule: 'b' }, { ...CLAIM, left: 2 });
    const found = await claims.getMany(
      table,
      ['b', 'none', 'a'].map((schedule) => ({ schedule })),
    );
    expect(found.map((claim) => claim?.left)).toEqual([2, undefined, 1]);
  });
  it('reads a page and where the next one begins', async () => {
    const table = createMemoryTable();
    const lines = entity<number, { n: number }>('booking', 'line', (n) => ({
      pk: 'booking#lines',
      sk: `${n}`,
    }));
    for (const n of [1, 2, 3]) await lines.put(table, n, { n });
    const page = await lines.query(table, { pk: 'booking#lines', limit: 2 });
    expect(page.items.map(({ n }) => n)).toEqual([1, 2]);
    const rest = await lines.query(table, { pk: 'booking#lines', ...(page.next && { after: page.next }) });
    expect(rest.items.map(({ n }) => n)).toEqual([3]);
    expect(rest.next).toBeUndefined();
  });
  it('takes part in transactions', async () => {
    const table = createMemoryTable();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((schedule) => ({ schedule }));
    if (!a || !b || !c || !d) throw new Error('four ids');
    await claims.put(table, b, CLAIM);
    await claims.put(table, c, CLAIM);
    const outcome = await table.transact([
      claims.putOperation(a, CLAIM, { if: { $exists: false } }),
      claims.updateOperation(b, { add: { left: -1 } }, { if: { left: 2 } }),
      claims.deleteOperation(c, { if: { $exists: true } }),
      claims.checkOperation(d, { $exists: false }),
    ]);
    expect(outcome).toEqual({ ok: true });
    const left = await claims.getMany(table, [a, b, c, d]);
    expect(left.map((claim) => claim?.left)).toEqual([2, 1, undefined, undefined]);
    const change = claims.updateOperation(a, { add: { left: 1 } });
    expect(await table.transact([change, claims.deleteOperation(b), claims.putOperation(c, CLAIM)])).toEqual({
      ok: true,
    });
    const rest = await claims.getMany(table, [a, b, c]);
    expect(rest.map((claim) => claim?.left)).toEqual([3, undefined, 2]);
  });

  const strays = ['payment#1', 'bookings#1', 'booking', 'Booking#1', '#1', ''];
  it.each(strays)('refuses the key "%s" outside its context', async (pk) => {
    const stray = entity<string, Claim>('booking', 'stray', (sk) => ({ pk, sk }));
    const table = createMemoryTable();
    expect(() => stray.key('x')).toThrow(expect.objectContaining({ code: 'TABLE_INVALID_CALL' }));
    await expect(stray.put(table, 'x', CLAIM)).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
    await expect(stray.get(table, 'x')).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
    expect(() => stray.deleteOperation('x')).toThrow();
    expect(table.all()).toEqual([]);
  });
});

describe('an entity whose key says something of it', () => {
  interface Visit {
    readonly day: string;
    readonly doctor: string;
    readonly status: string;
    readonly note?: { readonly doctor: string };
  }

  const visits = entity<{ day: string; doctor: string }, Visit>(
    'booking',
    'visit',
    ({ day, doctor }) => ({ pk: `booking#day#${day}`, sk: `visit#${doctor}` }),
    {
      day: ({ pk }) => pk.slice('booking#day#'.length),
      doctor({ sk }) {
        if (sk === 'visit#nobody') throw new Error('says nothing');
        return sk.slice('visit#'.length);
      },
    },
  );
  const AT = { day: '2026-03-06', doctor: 'doc-1' };
  const PLACE = { pk: 'booking#day#2026-03-06', sk: 'visit#doc-1' };
  const VISIT: Visit = { ...AT, status: 'HELD' };

  it('stores the rest alone, and reads all of it, whichever way', async () => {
    const table = createMemoryTable();
    expect(await visits.put(table, AT, VISIT)).toMatchObject({ ok: true, item: VISIT });
    expect(table.all()).toEqual([{ ...PLACE, status: 'HELD' }]);
    expect(await visits.get(table, AT)).toMatchObject(VISIT);
    expect(await visits.getMany(table, [AT])).toMatchObject([VISIT]);
    expect((await visits.query(table, { pk: PLACE.pk })).items).toMatchObject([VISIT]);
    const moved = await visits.update(table, AT, { set: { status: 'BOOKED' } }, { if: { status: 'HELD' } });
    expect(moved).toMatchObject({ ok: true, item: { ...VISIT, status: 'BOOKED' } });
    const refused = await visits.put(table, AT, VISIT, { if: { $exists: false } });
    expect(refused).toMatchObject({ ok: false, current: { ...VISIT, status: 'BOOKED' } });
    await table.transact([visits.putOperation(AT, VISIT)]);
    expect(table.all()).toEqual([{ ...PLACE, status: 'HELD' }]);
    expect(await visits.delete(table, AT)).toMatchObject({ ok: true, item: VISIT });
  });

  it('asks the key of nothing that is not there', async () => {
    const table = createMemoryTable();
    const id = { ...AT, doctor: 'nobody' };
    expect(await visits.get(table, id)).toBeUndefined();
    expect(await visits.delete(table, id)).toEqual({ ok: true, item: undefined });
    const options = { if: { $exists: true } };
    expect(await visits.update(table, id, { set: { status: 'x' } }, options)).toEqual({
      ok: false,
      current: undefined,
    });
  });

  it('is not put where its key says otherwise', async () => {
    const table = createMemoryTable();
    const other = { ...VISIT, doctor: 'doc-2' };
    await expect(visits.put(table, AT, other)).rejects.toThrow(InvalidTableCall);
    expect(() => visits.putOperation(AT, other)).toThrow(InvalidTableCall);
    expect(table.all()).toEqual([]);
  });

  it.each<[string, Changes]>([
    ['set', { set: { doctor: 'doc-2' } }],
    ['set inside', { set: { 'day.x': 1 } }],
    ['set if absent', { setIfAbsent: { day: '2026-03-07' } }],
    ['added to', { add: { day: 1 } }],
    ['appended to', { append: { day: ['x'] } }],
    ['removed', { remove: ['status', 'day'] }],
  ])('does not let it be %s', async (_, changes) => {
    const table = createMemoryTable();
    await expect(visits.update(table, AT, changes)).rejects.toThrow(InvalidTableCall);
    expect(() => visits.updateOperation(AT, changes)).toThrow(InvalidTableCall);
  });

  it.each<[string, Condition]>([
    ['alone', { doctor: 'doc-1' }],
    ['with others', { status: 'HELD', day: { exists: true } }],
    ['in one of all', { $all: [{ status: 'HELD' }, { day: AT.day }] }],
    ['in one of any', { $any: [{ $all: [{ doctor: 'doc-1' }] }] }],
    ['turned round', { $not: { doctor: 'doc-2' } }],
  ])('is not judged by it: %s', async (_, condition) => {
    const table = createMemoryTable();
    const options = { if: condition };
    await expect(visits.put(table, AT, VISIT, options)).rejects.toThrow(InvalidTableCall);
    await expect(visits.update(table, AT, { set: { status: 'x' } }, options)).rejects.toThrow(
      InvalidTableCall,
    );
    await expect(visits.delete(table, AT, options)).rejects.toThrow(InvalidTableCall);
    expect(() => visits.putOperation(AT, VISIT, options)).toThrow(InvalidTableCall);
    expect(() => visits.updateOperation(AT, {}, options)).toThrow(InvalidTableCall);
    expect(() => visits.deleteOperation(AT, options)).toThrow(InvalidTableCall);
    expect(() => visits.checkOperation(AT, condition)).toThrow(InvalidTableCall);
  });

  it('may name the same thing inside of another', async () => {
    const table = createMemoryTable();
    await visits.put(table, AT, { ...VISIT, note: { doctor: 'doc-2' } });
    const change = { set: { 'note.doctor': 'doc-3' } };
    const moved = await visits.update(table, AT, change, { if: { 'note.doctor': 'doc-2', $exists: true } });
    expect(moved).toMatchObject({ ok: true, item: { ...VISIT, note: { doctor: 'doc-3' } } });
  });
});
