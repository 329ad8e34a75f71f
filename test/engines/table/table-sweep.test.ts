import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { timerOf } from '../../../shared/data/carried.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import { resumeParked } from '../../../shared/data/resume-parked.ts';
import { dueShardOf, dueShards, parkedShard } from '../../../shared/data/schema.ts';
import { type DueHandler, type Sweep, sweepDue } from '../../../shared/data/sweep.ts';
import type { Item, Table } from '../../../shared/data/table.ts';
import { body, type RunningTarget, targets } from './targets.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const NOTHING = { claimed: 0, done: 0, failed: 0, parked: 0 };

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function recorder(): { seen: string[]; handler: DueHandler } {
  const seen: string[] = [];
  return {
    seen,
    handler: async ({ key }) => {
      seen.push(key.sk);
    },
  };
}

let contexts = 0;

describe.each(targets)('a sweep $name', ({ start }) => {
  let target: RunningTarget;
  let context: string;
  let now: number;
  let table: Table;

  beforeAll(async () => {
    target = await start();
    table = target.table;
  });
  afterAll(() => target.stop());
  beforeEach(() => {
    contexts += 1;
    context = `ctx${process.pid}-${contexts}`;
    now = START;
  });

  function sweep(handlers: Sweep['handlers'], rest: Partial<Sweep> = {}): ReturnType<typeof sweepDue> {
    return sweepDue({ table, context, clock: { now: () => now }, handlers, leaseSeconds: 60, ...rest });
  }
  async function due(
    sk: string,
    at = START,
    kind = 'lapse',
    pk = `${context}#1`,
  ): Promise<{ pk: string; sk: string }> {
    await table.put({ pk, sk, n: 1 }, { timer: { kind, at: iso(at) } });
    return { pk, sk };
  }
  async function stored(key: { pk: string; sk: string }): Promise<Item | undefined> {
    return table.get(key, { consistent: true });
  }
  const fails: DueHandler = () => Promise.reject(new Error('not today'));

  it('finds nothing where nothing is due', async () => {
    await due('later', START + 1);
    expect(await sweep({})).toEqual(NOTHING);
  });
  it('hands what is due to its kind’s handler, with key and item', async () => {
    const [a, b] = [await due('a', START, 'lapse'), await due('b', START - 1, 'remind')];
    const seen: unknown[] = [];
    const result = await sweep({
      lapse: async ({ key, item }) => void seen.push(['lapse', key, item['n']]),
      remind: async ({ key, item }) => void seen.push(['remind', key, item['n']]),
    });
    expect(seen).toEqual([
      ['remind', b, 1],
      ['lapse', a, 1],
    ]);
    expect(result).toEqual({ claimed: 2, done: 2, failed: 0, parked: 0 });
  });
  it('clears a timer its handler leaves alone', async () => {
    const key = await due('a');
    await sweep({ lapse: recorder().handler });
    expect(body(await stored(key))).toEqual({ n: 1 });
    expect(await sweep({})).toEqual(NOTHING);
  });
  it('leaves a timer its handler has set anew', async () => {
    const key = await due('a');
    await sweep({
      lapse: async ({ key }) =>
        void (await table.update(key, {}, { timer: { kind: 'next', at: iso(START + 5_000) } })),
    });
    expect(timerOf((await stored(key)) ?? key)).toEqual({
      kind: 'next',
      at: iso(START + 5_000),
      attempts: 0,
    });
  });
  it('leaves a timer its handler has set to the very end of the lease', async () => {
    const key = await due('a');
    await sweep({
      lapse: async ({ key }) =>
        void (await table.update(key, {}, { timer: { kind: 'lapse', at: iso(START + 60_000) } })),
    });
    expect(timerOf((await stored(key)) ?? key)?.at).toBe(iso(START + 60_000));
  });
  it('leaves a timer its handler has set, and another sweep of the same instant has claimed before it dies', async () => {
    const key = await due('a');
    await sweep({
      lapse: async ({ key }) => {
        await table.update(key, {}, { timer: { kind: 'remind', at: iso(START) } });
        await new Promise<void>((claimed) => {
          const dies: DueHandler = () => {
            claimed();
            return new Promise(() => undefined);
          };
          void sweep({ remind: dies });
        });
      },
    });
    expect(timerOf((await stored(key)) ?? key)).toMatchObject({ kind: 'remind', attempts: 1 });
  });
  it('does not bring back an item its handler has deleted', async () => {
    const key = await due('a');
    expect(await sweep({ lapse: async ({ key }) => void (await table.delete(key)) })).toMatchObject({
      done: 1,
    });
    expect(await stored(key)).toBeUndefined();
  });
  it('reaches every partition of its context, and no other context', async () => {
    const pks = Array.from({ length: 40 }, (_, n) => `${context}#${n}`);
    for (const [n, pk] of pks.entries()) await due(String(n), START, 'lapse', pk);
    await table.put({ pk: `${context}x#1`, sk: 'other' }, { timer: { kind: 'lapse', at: iso(START) } });
    expect(new Set(pks.map((pk) => dueShardOf({ pk })))).toEqual(new Set(dueShards(context)));
    const { seen, handler } = recorder();
    expect(await sweep({ lapse: handler })).toMatchObject({ claimed: 40, done: 40 });
    expect(seen.map(Number).toSorted((a, b) => a - b)).toEqual(pks.map((_, n) => n));
  });
  it('reads on beyond one page', async () => {
    for (let n = 0; n < 130; n += 1) await due(String(n));
    expect(await sweep({ lapse: recorder().handler }, { limit: 1_000 })).toMatchObject({ done: 130 });
  });
  it('stops at its limit in each partition, oldest first', async () => {
    for (const sk of ['c', 'a', 'b']) await due(sk, START - (sk === 'c' ? 0 : sk === 'a' ? 2 : 1));
    const { seen, handler } = recorder();
    expect(await sweep({ lapse: handler }, { limit: 2 })).toMatchObject({ claimed: 2 });
    expect(seen).toEqual(['a', 'b']);
    await sweep({ lapse: handler }, { limit: 2 });
    expect(seen).toEqual(['a', 'b', 'c']);
  });
  it('takes no more timers when its time is over, and leaves them to the next', async () => {
    for (const sk of ['c', 'a', 'b']) await due(sk, START - (sk === 'c' ? 0 : sk === 'a' ? 2 : 1));
    const seen: string[] = [];
    const slow: DueHandler = async ({ key }) => {
      seen.push(key.sk);
      now += 500;
    };
    expect(await sweep({ lapse: slow }, { mostMs: 1_000 })).toMatchObject({ claimed: 2, done: 2 });
    expect(seen).toEqual(['a', 'b']);
    await sweep({ lapse: slow }, { mostMs: 1_000 });
    expect(seen).toEqual(['a', 'b', 'c']);
  });
  it('handles each timer once although two sweep at once', async () => {
    for (let n = 0; n < 20; n += 1) await due(String(n));
    const { seen, handler } = recorder();
    const results = await Promise.all([
      sweep({ lapse: handler }),
      sweep({ lapse: handler }),
      sweep({ lapse: handler }),
    ]);
    expect(seen.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => String(n)).toSorted());
    expect(results.reduce((sum, { claimed }) => sum + claimed, 0)).toBe(20);
  });
  it('finishes its other partitions before it tells that one could not be read', async () => {
    const pks = Array.from({ length: 8 }, (_, n) => `${context}#${n}`);
    for (const [n, pk] of pks.entries()) await due(String(n), START, 'lapse', pk);
    const broken = dueShards(context)[0];
    const down = new Error('down');
    const partly: Sweep['table'] = {
      query: (spec) => (spec.pk === broken ? Promise.reject(down) : table.query(spec)),
      update: (...call) => table.update(...call),
    };
    const { seen, handler } = recorder();
    await expect(sweep({ lapse: handler }, { table: partly })).rejects.toBe(down);
    expect(seen.length).toBe(pks.filter((pk) => dueShardOf({ pk }) !== broken).length);
  });
  it('leaves a timer that moved between the look and the claim', async () => {
    const key = await due('a');
    const late: Sweep['table'] = {
      query: async (spec) => {
        const page = await table.query(spec);
        if (page.items.length > 0)
          await table.update(key, {}, { timer: { kind: 'lapse', at: iso(START + 9_000) } });
        return page;
      },
      update: (...call) => table.update(...call),
    };
    const { seen, handler } = recorder();
    expect(await sweep({ lapse: handler }, { table: late })).toEqual(NOTHING);
    expect(seen).toEqual([]);
    expect(timerOf((await stored(key)) ?? key)?.at).toBe(iso(START + 9_000));
  });

  describe('whose handler fails', () => {
    it('leaves the others to be handled', async () => {
      await due('a', START - 1, 'bad');
      await due('b', START, 'lapse');
      const { seen, handler } = recorder();
      expect(await sweep({ bad: fails, lapse: handler })).toEqual({
        claimed: 2,
        done: 1,
        failed: 1,
        parked: 0,
      });
      expect(seen).toEqual(['b']);
    });
    it('tells of the failure', async () => {
      await due('a');
      const failures: unknown[] = [];
      await sweep({ lapse: fails }, { onFailure: (failure) => failures.push(failure) });
      expect(failures).toEqual([{ kind: 'lapse', attempts: 1, error: new Error('not today') }]);
    });
    it('comes back after the lease, then ever later', async () => {
      const key = await due('a');
      const delays: number[] = [];
      for (let attempt = 1; attempt <= 7; attempt += 1) {
        expect(await sweep({ lapse: fails })).toMatchObject({ claimed: 1, failed: 1 });
        const { at = '' } = timerOf((await stored(key)) ?? key) ?? {};
        delays.push((Date.parse(at) - now) / 1_000);
        now = Date.parse(at) - 1;
        expect(await sweep({ lapse: fails })).toEqual(NOTHING);
        now += 1;
      }
      expect(delays).toEqual([60, 120, 240, 480, 960, 1_920, 3_600]);
    });
    it('is parked when it has failed too often, and is swept no more', async () => {
      const key = await due('a');
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        await sweep({ lapse: fails }, { maxAttempts: 3 });
        now += 3_600_000;
      }
      expect(await sweep({ lapse: fails }, { maxAttempts: 3 })).toEqual({
        claimed: 1,
        done: 0,
        failed: 1,
        parked: 1,
      });
      now += 365 * 86_400_000;
      expect(await sweep({ lapse: recorder().handler })).toEqual(NOTHING);
      const { items } = await table.query({ index: 'due', pk: parkedShard(context) });
      expect(items.map(({ pk, sk, dueKind }) => ({ pk, sk, dueKind }))).toEqual([
        { ...key, dueKind: 'lapse' },
      ]);
    });
    it('is handled at its last attempt, too', async () => {
      await due('a');
      await sweep({ lapse: fails }, { maxAttempts: 2 });
      now += 60_000;
      const { seen, handler } = recorder();
      expect(await sweep({ lapse: handler }, { maxAttempts: 2 })).toMatchObject({ done: 1 });
      expect(seen).toEqual(['a']);
    });
    it('is not parked when its last attempt has set the timer anew', async () => {
      const key = await due('a');
      const next = { kind: 'next', at: iso(START + 5_000) };
      const late: DueHandler = async ({ key }) => {
        await table.update(key, {}, { timer: next });
        throw new Error('afterwards');
      };
      expect(await sweep({ lapse: late }, { maxAttempts: 1 })).toEqual({ ...NOTHING, claimed: 1, failed: 1 });
      expect(timerOf((await stored(key)) ?? key)).toMatchObject(next);
      expect((await table.query({ index: 'due', pk: parkedShard(context) })).items).toEqual([]);
    });
    it('runs again once somebody sets its timer anew', async () => {
      const key = await due('a');
      await sweep({ lapse: fails }, { maxAttempts: 1 });
      await table.update(key, {}, { timer: { kind: 'lapse', at: iso(START) } });
      const { seen, handler } = recorder();
      await sweep({ lapse: handler });
      expect(seen).toEqual(['a']);
    });
    it('runs again, with all its attempts, once an operator resumes what is parked', async () => {
      const clock = { now: () => now };
      const keys = [await due('a'), await due('b'), await due('c', START, 'lapse', `${context}#2`)];
      const other = `${context}x`;
      await table.put({ pk: `${other}#1`, sk: 'd' }, { timer: { kind: 'lapse', at: iso(START) } });
      await sweep({ lapse: fails }, { maxAttempts: 1 });
      await sweep({ lapse: fails }, { maxAttempts: 1, context: other });
      now += 86_400_000;
      expect(await resumeParked({ table, context, clock })).toEqual({ resumed: 3, left: false });
      expect(await resumeParked({ table, context, clock })).toEqual({ resumed: 0, left: false });
      for (const key of keys) {
        const item = (await stored(key)) ?? key;
        expect(timerOf(item)).toEqual({ kind: 'lapse', at: iso(now), attempts: 0 });
        expect(item).not.toHaveProperty('dueClaim');
      }
      const { seen, handler } = recorder();
      expect(await sweep({ lapse: handler })).toMatchObject({ claimed: 3, done: 3 });
      expect(seen.toSorted()).toEqual(['a', 'b', 'c']);
      expect(await resumeParked({ table, context: other, clock })).toEqual({ resumed: 1, left: false });
    });
    it('is resumed page by page, as long as there is time', async () => {
      for (const sk of ['a', 'b', 'c']) await due(sk);
      await sweep({ lapse: fails }, { maxAttempts: 1 });
      let next: Item | undefined;
      const pages: Pick<Table, 'query' | 'update'> = {
        // One that it could not resume, it does not meet again.
        query: async (spec) => {
          expect(spec.after).toEqual(next);
          const page = await table.query({ ...spec, limit: 1 });
          next = page.next;
          return page;
        },
        update: async (...given) => {
          now += 1_000;
          return table.update(...given);
        },
      };
      const parked = { table: pages, context, clock: { now: () => now } };
      expect(await resumeParked({ ...parked, mostMs: 1_000 })).toEqual({ resumed: 1, left: true });
      next = undefined;
      expect(await resumeParked({ ...parked, mostMs: 9_000 })).toEqual({ resumed: 2, left: false });
    });
    it('is left alone where its timer was set anew or cleared before it could be resumed', async () => {
      const [anew, cleared] = [await due('a'), await due('b')];
      await sweep({ lapse: fails }, { maxAttempts: 1 });
      const next = { kind: 'next', at: iso(START + 5_000) };
      const late: Pick<Table, 'query' | 'update'> = {
        query: async (spec) => {
          const page = await table.query(spec);
          await table.update(anew, {}, { timer: next });
          await table.update(cleared, {}, { timer: null });
          return page;
        },
        update: (...given) => table.update(...given),
      };
      expect(await resumeParked({ table: late, context, clock: { now: () => now } })).toEqual({
        resumed: 0,
        left: false,
      });
      expect(timerOf((await stored(anew)) ?? anew)).toEqual({ ...next, attempts: 0 });
      expect(timerOf((await stored(cleared)) ?? cleared)).toBeUndefined();
    });
    it('keeps the timer it had set before it failed', async () => {
      const key = await due('a');
      await sweep({
        lapse: async ({ key }) => {
          await table.update(key, {}, { timer: { kind: 'next', at: iso(START + 5_000) } });
          throw new Error('afterwards');
        },
      });
      expect(timerOf((await stored(key)) ?? key)).toEqual({
        kind: 'next',
        at: iso(START + 5_000),
        attempts: 0,
      });
    });
    it.each(['nobody', 'toString', '__proto__'])(
      'counts a timer of the unknown kind "%s" as failed',
      async (kind) => {
        await due('a', START, kind);
        expect(await sweep({ lapse: recorder().handler })).toMatchObject({ claimed: 1, failed: 1 });
      },
    );
  });

  describe('that dies', () => {
    /** Dies as a Lambda that times out: the handler never answers, and nobody writes afterwards. */
    async function die(when: 'before' | 'in' | 'after'): Promise<void> {
      let alive = true;
      const died = new Error('killed');
      const mortal: Sweep['table'] = {
        query: (spec) => table.query(spec),
        update: (...call) => (alive ? table.update(...call) : Promise.reject(died)),
      };
      if (when === 'before') alive = false;
      const handler: DueHandler = async ({ key }) => {
        if (when === 'after') await table.update(key, { add: { n: 1 } });
        alive = false;
        if (when === 'in') throw died;
      };
      await expect(sweep({ lapse: handler }, { table: mortal })).rejects.toBe(died);
    }

    it.each(['in', 'after'] as const)(
      '%s the handler leaves the timer to the next sweep after the lease',
      async (when) => {
        await due('a');
        await die(when);
        const { seen, handler } = recorder();
        now = START + 59_999;
        expect(await sweep({ lapse: handler })).toEqual(NOTHING);
        now = START + 60_000;
        expect(await sweep({ lapse: handler })).toMatchObject({ done: 1 });
        expect(seen).toEqual(['a']);
      },
    );
    it('before the claim leaves the timer to the next sweep at once', async () => {
      await due('a');
      await die('before');
      const { seen, handler } = recorder();
      await sweep({ lapse: handler });
      expect(seen).toEqual(['a']);
    });
    it('in the handler too often is parked without another call', async () => {
      await due('a');
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await die('in');
        now += 60_000;
      }
      const { seen, handler } = recorder();
      expect(await sweep({ lapse: handler }, { maxAttempts: 3 })).toMatchObject({ claimed: 1, parked: 1 });
      expect(seen).toEqual([]);
    });
  });
});

describe('a sweep over an index that lags', () => {
  function lagging(): { table: Table; clock: { now(): number; advance(ms: number): void } } {
    let now = START;
    const clock = {
      now: () => now,
      advance(ms: number) {
        now += ms;
      },
    };
    const lag = (read: string): number => (read === 'due' ? 30_000 : 0);
    return { clock, table: createMemoryTable({ clock, stale: { lag, maxLag: 60_000 } }) };
  }
  const timer = { kind: 'lapse', at: iso(START) };

  it('does not handle a timer again that the index still shows', async () => {
    const { table, clock } = lagging();
    await table.put({ pk: 'test#1', sk: 'a' }, { timer });
    clock.advance(40_000);
    const { seen, handler } = recorder();
    const sweep = { table, clock, context: 'test', handlers: { lapse: handler } };
    expect(await sweepDue(sweep)).toMatchObject({ claimed: 1 });
    expect((await table.query({ index: 'due', pk: dueShardOf({ pk: 'test#1' }) })).items).toHaveLength(1);
    expect(await sweepDue(sweep)).toEqual(NOTHING);
    expect(seen).toEqual(['a']);
  });
  it('handles a timer once the index shows it', async () => {
    const { table, clock } = lagging();
    await table.put({ pk: 'test#1', sk: 'a' }, { timer });
    const { seen, handler } = recorder();
    const sweep = { table, clock, context: 'test', handlers: { lapse: handler } };
    expect(await sweepDue(sweep)).toEqual(NOTHING);
    clock.advance(30_000);
    expect(await sweepDue(sweep)).toMatchObject({ done: 1 });
    expect(seen).toEqual(['a']);
  });
  it('reads on beyond a page of what is gone', async () => {
    const { table, clock } = lagging();
    const keys = Array.from({ length: 101 }, (_, n) => ({ pk: 'test#1', sk: String(n).padStart(3, '0') }));
    for (const key of keys) await table.put(key, { timer });
    clock.advance(40_000);
    for (const key of keys.slice(0, -1)) await table.delete(key);
    let reads = 0;
    const counted: Sweep['table'] = {
      query: (spec) => {
        reads += 1;
        return reads > 10 ? Promise.reject(new Error('reads the same page again')) : table.query(spec);
      },
      update: (...call) => table.update(...call),
    };
    const { seen, handler } = recorder();
    await sweepDue({ table: counted, clock, context: 'test', handlers: { lapse: handler } });
    expect(seen).toEqual(['100']);
  });
  it('does not revive a deleted item that the index still shows', async () => {
    const { table, clock } = lagging();
    await table.put({ pk: 'test#1', sk: 'a' }, { timer });
    clock.advance(40_000);
    await table.delete({ pk: 'test#1', sk: 'a' });
    const { seen, handler } = recorder();
    expect(await sweepDue({ table, clock, context: 'test', handlers: { lapse: handler } })).toEqual(NOTHING);
    expect(seen).toEqual([]);
    expect(await table.get({ pk: 'test#1', sk: 'a' }, { consistent: true })).toBeUndefined();
  });
});
