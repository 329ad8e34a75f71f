import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CHARGE_LINK,
  chargeLink,
  chargesOf,
  eventOf,
  isExpired,
  strip,
  timerOf,
  unexpired,
} from '../../../shared/data/carried.ts';
import { DUE_SHARDS, dueShardOf, dueShards, parkedShard } from '../../../shared/data/schema.ts';
import type { DomainEvent, Item } from '../../../shared/data/table.ts';
import { body, freshKey, type RunningTarget, targets } from './targets.ts';

const EVENT: DomainEvent = {
  id: 'e1',
  type: 'booking.appointment-ended',
  at: '2026-03-01T01:00:00.000Z',
  data: { appointmentId: 'a1', fen: 1500, seen: true, slots: [1, 2], none: null },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const TIMER = { kind: 'lapse', at: '2026-03-01T08:00:00Z' };

describe.each(targets)('an item $name', ({ start }) => {
  let target: RunningTarget;

  beforeAll(async () => {
    target = await start();
  });
  afterAll(() => target.stop());

  async function stored(key: { pk: string; sk: string }): Promise<Item> {
    const item = await target.table.get(key, { consistent: true });
    if (item === undefined) throw new Error('the item is not there');
    return item;
  }

  describe('carries its last event', () => {
    it('from a put', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { event: EVENT });
      expect(eventOf(await stored(key))).toEqual(EVENT);
    });
    it('from an update', async () => {
      const key = freshKey();
      await target.table.update(key, { set: { n: 1 } }, { event: EVENT });
      expect(eventOf(await stored(key))).toEqual(EVENT);
    });
    it('from an update that changes nothing else', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 });
      await target.table.update(key, {}, { event: EVENT });
      expect(body(strip(await stored(key)))).toEqual({ n: 1 });
      expect(eventOf(await stored(key))).toEqual(EVENT);
    });
    it('as one string with its id and type beside it, since a pipe does not unwrap maps', async () => {
      const key = freshKey();
      const { id, type, ...rest } = EVENT;
      await target.table.put(key, { event: EVENT });
      expect(body(await stored(key))).toEqual({
        eventId: 'e1',
        eventType: 'booking.appointment-ended',
        event: JSON.stringify(rest),
      });
    });
    it('until the next event replaces it', async () => {
      const key = freshKey();
      await target.table.put(key, { event: EVENT });
      await target.table.update(key, {}, { event: { ...EVENT, id: 'e2' } });
      expect(eventOf(await stored(key))?.id).toBe('e2');
    });
    it('until an update without one clears it', async () => {
      const key = freshKey();
      await target.table.put(key, { event: EVENT });
      await target.table.update(key, { set: { n: 1 } });
      expect(body(await stored(key))).toEqual({ n: 1 });
    });
    it('until a put without one clears it, even one of the item as it was read', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { event: EVENT, timer: TIMER });
      await target.table.put(await stored(key));
      expect(body(await stored(key))).toEqual({ n: 1 });
    });
    it('unchanged by a refused write', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { event: EVENT });
      await target.table.update(key, { add: { n: 1 } }, { if: { n: 2 }, event: { ...EVENT, id: 'e2' } });
      expect(eventOf(await stored(key))?.id).toBe('e1');
    });
    it('and answers it with the write', async () => {
      const outcome = await target.table.update(freshKey(), { set: { n: 1 } }, { event: EVENT });
      expect(outcome.ok && eventOf(outcome.item)).toEqual(EVENT);
    });
    it('or none', async () => {
      const key = freshKey();
      await target.table.put(key);
      expect(eventOf(await stored(key))).toBeUndefined();
    });
  });

  describe('carries a timer', () => {
    const due = async (key: { pk: string; sk: string }): Promise<Item[]> => {
      const { items } = await target.table.query({ index: 'due', pk: dueShardOf(key) });
      return items.filter(({ pk }) => pk === key.pk);
    };

    it('from a put, found in its context’s part of the index', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { timer: TIMER });
      expect(timerOf(await stored(key))).toEqual({
        kind: 'lapse',
        at: '2026-03-01T08:00:00.000Z',
        attempts: 0,
      });
      expect(dueShards('test')).toContain(dueShardOf(key));
      expect(await due(key)).toHaveLength(1);
    });
    it('from an update', async () => {
      const key = freshKey();
      await target.table.update(key, { set: { n: 1 } }, { timer: TIMER });
      expect(timerOf(await stored(key))?.kind).toBe('lapse');
      expect(await due(key)).toHaveLength(1);
    });
    it('that an update without one leaves running', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { timer: TIMER });
      await target.table.update(key, { add: { n: 1 } });
      expect(timerOf(await stored(key))?.kind).toBe('lapse');
    });
    it('that a put without one stops', async () => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { timer: TIMER });
      await target.table.put({ ...key, n: 2 });
      expect(body(await stored(key))).toEqual({ n: 2 });
      expect(await due(key)).toEqual([]);
    });
    it.each(['put', 'update'] as const)('that a %s with null stops', async (how) => {
      const key = freshKey();
      await target.table.put({ ...key, n: 1 }, { timer: TIMER });
      if (how === 'put') await target.table.put({ ...key, n: 1 }, { timer: null });
      else await target.table.update(key, {}, { timer: null });
      expect(body(await stored(key))).toEqual({ n: 1 });
      expect(await due(key)).toEqual([]);
    });
    it('that another replaces, with its count of attempts', async () => {
      const key = freshKey();
      await target.table.put(key, { timer: TIMER });
      await target.table.update(key, { add: { dueAttempts: 3 } });
      expect(timerOf(await stored(key))?.attempts).toBe(3);
      await target.table.update(key, {}, { timer: { kind: 'remind', at: '2026-03-02T00:00:00.000Z' } });
      expect(timerOf(await stored(key))).toEqual({
        kind: 'remind',
        at: '2026-03-02T00:00:00.000Z',
        attempts: 0,
      });
      expect((await due(key)).map(({ dueKind }) => dueKind)).toEqual(['remind']);
    });
    it('unchanged by a refused write', async () => {
      const key = freshKey();
      await target.table.put(key, { timer: TIMER });
      await target.table.update(key, {}, { if: { n: 2 }, timer: null });
      expect(timerOf(await stored(key))?.kind).toBe('lapse');
    });
    it('sorted with others by its instant, however that is written', async () => {
      const keys = [freshKey(), freshKey(), freshKey()].map(({ sk }, at) => ({
        pk: 'order#1',
        sk: `${sk}${at}`,
      }));
      const times = ['2026-03-01T08:00:01Z', '2026-03-01T08:00:00.5Z', '2026-03-01T08:00:00Z'];
      for (const [at, key] of keys.entries())
        await target.table.put(key, { timer: { kind: 'k', at: times[at] ?? '' } });
      const { items } = await target.table.query({ index: 'due', pk: dueShardOf({ pk: 'order#1' }) });
      expect(items.map(({ sk }) => sk)).toEqual([keys[2]?.sk, keys[1]?.sk, keys[0]?.sk]);
    });
  });

  describe('carries a charge', () => {
    const open = async (payer: string): Promise<unknown[]> => {
      const { items } = await target.table.query({ index: 'charges', pk: chargesOf(payer) });
      return items.map(({ charge }) => charge);
    };

    it('on the list of its payer, oldest first', async () => {
      await target.table.put({
        ...freshKey(),
        charge: { fen: 2 },
        ...chargeLink('p1', '2026-01-02T00:00:00Z'),
      });
      await target.table.put({
        ...freshKey(),
        charge: { fen: 1 },
        ...chargeLink('p1', '2026-01-01T00:00:00Z'),
      });
      await target.table.put({
        ...freshKey(),
        charge: { fen: 3 },
        ...chargeLink('p2', '2026-01-01T00:00:00Z'),
      });
      expect(await open('p1')).toEqual([{ fen: 1 }, { fen: 2 }]);
    });
    it('until its link is removed', async () => {
      const key = freshKey();
      await target.table.put({ ...key, fen: 1, ...chargeLink('p3', '2026-01-02T00:00:00Z') });
      expect(await open('p3')).toHaveLength(1);
      await target.table.update(key, { set: { paid: true }, remove: CHARGE_LINK });
      expect(await open('p3')).toEqual([]);
      expect(body(await stored(key))).toEqual({ fen: 1, paid: true });
    });
    it('or none', async () => {
      const key = freshKey();
      await target.table.put({ ...key, fen: 1, ...chargeLink(undefined) });
      expect(body(await stored(key))).toEqual({ fen: 1 });
    });
  });

  it('is put without what is undefined in it', async () => {
    const key = freshKey();
    await target.table.put({ ...key, n: 1, ...({ note: undefined } as object) });
    expect(body(await stored(key))).toEqual({ n: 1 });
  });

  it('has keys as long as the engine takes them, also in an index', async () => {
    const [longest, long] = [`${'医'.repeat(682)}xx`, `${'医'.repeat(341)}x`];
    const links = { lookupPk: longest, lookupSk: long, chargePayer: longest, chargeAt: long };
    const item = { pk: longest, sk: long, ...links };
    await target.table.put(item);
    expect(await stored(item)).toEqual(item);
    for (const index of ['lookup', 'charges'] as const)
      expect((await target.table.query({ index, pk: longest, sk: { eq: long } })).items).toHaveLength(1);
  });

  it('without what it carries is what was put', async () => {
    const key = freshKey();
    const links = { lookupPk: 'look#s', lookupSk: '1', ...chargeLink('p', '2026-01-02T00:00:00Z') };
    const outcome = await target.table.put({ ...key, n: 1, ...links }, { event: EVENT, timer: TIMER });
    expect(outcome.ok && strip(outcome.item)).toEqual({ ...key, n: 1 });
  });

  describe('that has expired', () => {
    const NOW = Date.parse('2026-03-01T00:00:00Z');
    const until = [
      { when: 'a second ago', expiresAt: NOW / 1000 - 1, seen: false },
      { when: 'now', expiresAt: NOW / 1000, seen: false },
      { when: 'in a second', expiresAt: NOW / 1000 + 1, seen: true },
      { when: 'never', expiresAt: undefined, seen: true },
    ];
    it.each(until)('$when is listed: $seen', async ({ expiresAt, seen }) => {
      const item: Item = { ...freshKey(), ...(expiresAt !== undefined && { expiresAt }) };
      await target.table.put(item);
      const { items } = await target.table.query({ pk: item.pk, where: unexpired(NOW) });
      expect(items.length).toBe(seen ? 1 : 0);
      expect(isExpired(item, NOW)).toBe(!seen);
    });
  });
});

describe('an item that has no timer', () => {
  it.each([{}, { dueKind: 'lapse' }, { dueAt: '2026-03-01T08:00:00.000Z' }])(
    'but %o shows none',
    (attributes) => {
      expect(timerOf({ pk: 'test#1', sk: 'item', ...attributes })).toBeUndefined();
    },
  );
});

describe('the partitions of the index of timers', () => {
  it('are a context’s own', () => {
    expect(dueShards('booking')).toEqual([
      'due#booking#00',
      'due#booking#01',
      'due#booking#02',
      'due#booking#03',
    ]);
    expect(dueShards('booking')).not.toContain(parkedShard('booking'));
    expect(dueShardOf({ pk: 'book#1' })).not.toContain('booking');
  });
  it('never move, because they are stored', () => {
    const shards = ['booking#1', 'booking#2', '医联体#人', 'identity#person#x9'].map((pk) =>
      dueShardOf({ pk }),
    );
    expect(shards).toEqual(['due#booking#02', 'due#booking#03', 'due#医联体#02', 'due#identity#00']);
  });
  it('are filled evenly', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 4_000; n += 1) {
      const shard = dueShardOf({ pk: `booking#schedule#${n}` });
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(DUE_SHARDS);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
  });
});
