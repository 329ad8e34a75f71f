import { describe, expect, it } from 'vitest';
import { DueTimers, itemName } from '../../../infra/local/timers/due-timers.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import { dueShards, parkedShard } from '../../../shared/data/schema.ts';

const at = (minute: number): number => Date.parse('2026-11-23T08:00:00.000Z') + minute * 60_000;
const iso = (minute: number): string => new Date(at(minute)).toISOString();
const shardOf = (context: string): string => dueShards(context)[0] ?? '';
const handle = async (): Promise<void> => {};

/** Timers of two contexts; a sweep is written down and claims one. */
function timersOf() {
  const swept: string[] = [];
  const timers = new DueTimers({
    contexts: [
      { name: 'tiny', timers: { ring: handle } },
      { name: 'other', timers: { ring: handle } },
      { name: 'idle', timers: {} },
    ],
    sweep: async (context) => swept.push(context),
  });
  const carries = (item: string, minute: number, shard = shardOf('tiny')): void =>
    timers.follow({ item, timer: { shard, dueAt: iso(minute) } });
  return { timers, swept, carries };
}

describe('the timers that items carry', () => {
  it('are known by what the stream told last of each item', async () => {
    const { timers, carries } = timersOf();
    carries('a', 10);
    carries('b', 20);
    carries('a', 30);
    expect(await timers.nextAfter(at(0))).toBe(at(20));
    timers.follow({ item: 'b' });
    expect(await timers.nextAfter(at(0))).toBe(at(30));
    expect(await timers.nextAfter(at(30))).toBeUndefined();
  });

  it('sweep the contexts that have one due, and no other', async () => {
    const { timers, swept, carries } = timersOf();
    carries('a', 10);
    carries('b', 10, shardOf('other'));
    carries('c', 20, shardOf('other'));
    expect([await timers.fireDue(at(9)), swept]).toEqual([0, []]);
    timers.follow({ item: 'b' });
    expect(await timers.fireDue(at(10))).toBeGreaterThan(0);
    expect(swept).toEqual(['tiny']);
    expect([timers.dueCount(at(10)), timers.dueCount(at(20))]).toEqual([1, 2]);
  });

  it('that are parked are nobody’s', async () => {
    const { timers, carries } = timersOf();
    carries('a', 10);
    carries('a', 10, parkedShard('tiny'));
    expect(await timers.nextAfter(at(0))).toBeUndefined();
  });

  it('are read from the table once, at the start: all pages, and by the names that the stream gives them', async () => {
    const table = createMemoryTable();
    for (let n = 0; n < 500; n += 1) {
      await table.put({ pk: `tiny#${n}`, sk: 'note' }, { timer: { kind: 'ring', at: iso(n) } });
    }
    const { timers } = timersOf();
    await timers.load(table);
    expect(timers.dueCount(at(499))).toBe(500);
    expect(await timers.nextAfter(at(41))).toBe(at(42));
    timers.follow({ item: itemName('tiny#42', 'note') });
    expect(await timers.nextAfter(at(41))).toBe(at(43));
  });
});
