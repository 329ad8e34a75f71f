import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../../infra/local/processes.ts';
import { DAY_MS } from '../../../shared/kernel/china-time.ts';
import { tempFolder } from './temp-folder.ts';
import { diaryLines, note, setFaults, tinyCity } from './tiny-city-under-test.ts';

function engineOf(folder: string): number {
  return JSON.parse(readFileSync(join(folder, 'dynamodb.sqlite.pid'), 'utf8')).pid;
}

describe('a city that is killed', () => {
  it('keeps every write it acknowledged', async () => {
    const city = await tinyCity();
    const acknowledged: string[] = [];
    let killed: Promise<void> | undefined;
    for (let n = 0; n < 200; n += 1) {
      const status = await note(city, `n${n}`, `text ${n}`).catch(() => 0);
      if (status !== 200) break;
      acknowledged.push(`n${n}`);
      if (n === 60) killed = city.kill9();
    }
    await killed;
    await city.restart();
    expect(acknowledged.length).toBeGreaterThan(60);
    for (const noteId of acknowledged) {
      const { body } = await city.http('GET', `/tiny/notes/${noteId}`);
      expect(body).toEqual({ noteId, text: `text ${noteId.slice(1)}`, version: 1 });
    }
  });

  it('delivers afterwards what it had not delivered, each note in its order', async () => {
    const city = await tinyCity();
    await setFaults(city, { delayMs: 20 });
    for (const text of ['1', '2', '3', '4', '5']) {
      for (const noteId of ['a', 'b', 'c']) await note(city, noteId, text);
    }
    await setFaults(city, { paused: true, delayMs: 20 });
    await city.kill9();
    await city.restart();
    expect(await city.clock.advance('PT0S')).toMatchObject({ settled: true });
    for (const noteId of ['a', 'b', 'c']) {
      const seen = await diaryLines(city, `noted ${noteId}`);
      // At least once: what was under way at the kill may stand there twice, but never before an earlier one.
      expect([...new Set(seen)]).toEqual(['1', '2', '3', '4', '5'].map((text) => `noted ${noteId} ${text}`));
      expect(seen.toSorted()).toEqual(seen);
    }
  });

  it('keeps its clock and rings afterwards what was due', async () => {
    const city = await tinyCity();
    await city.clock.advance('P10D');
    const before = await city.clock.now();
    await note(city, 'a', 'x', new Date(Date.parse(before) - 1).toISOString());
    await city.kill9();
    await city.restart();
    expect(Date.parse(await city.clock.now())).toBeGreaterThanOrEqual(Date.parse(before));
    await city.clock.advance('PT0S');
    expect(await diaryLines(city, 'rang')).toEqual(['rang a']);
  });

  it('leaves nothing out of a season whose move it did not survive', async () => {
    const city = await tinyCity();
    const start = Date.parse(await city.clock.now());
    const end = new Date(start + 120 * DAY_MS).toISOString();
    for (const day of [1, 30, 60, 90, 119]) {
      await note(city, `day-${day}`, 'x', new Date(start + day * DAY_MS).toISOString());
    }
    await city.clock.advance('PT0S');
    const before = await diaryLines(city, 'morning');
    const move = city.clock.to(end).catch(() => 'killed');
    await expect
      .poll(async () => (await diaryLines(city, 'rang')).length, { interval: 5 })
      .toBeGreaterThan(0);
    await city.kill9();
    expect(await move).toBe('killed');
    await city.restart();
    expect(Date.parse(await city.clock.now())).toBeGreaterThan(start + DAY_MS);
    await city.clock.to(end);
    const rang = await diaryLines(city, 'rang');
    expect([...new Set(rang)]).toEqual([1, 30, 60, 90, 119].map((day) => `rang day-${day}`));
    const mornings = new Set(await diaryLines(city, 'morning'));
    expect(mornings.size).toBe(before.length + 120);
  });

  it('begins anew over what it had loaded by half', async () => {
    const folder = tempFolder();
    await expect(tinyCity({ folder, env: { DIE_WHILE_LOADING: 'yes' } })).rejects.toThrow(
      'before it was ready',
    );
    expect(readdirSync(folder)).not.toContain('loaded');
    writeFileSync(join(folder, 'dynamodb.sqlite'), 'half a table');
    writeFileSync(join(folder, 'clock.json'), JSON.stringify({ offsetMs: 10 * DAY_MS }));
    const city = await tinyCity({ folder });
    expect(Date.parse(await city.clock.now())).toBeLessThan(Date.now() + DAY_MS);
    expect(await diaryLines(city, 'loaded')).toEqual(['loaded']);
  });
});

describe('a city that is thrown away after it was killed', () => {
  it('takes the engine with it that the killed one left behind', async () => {
    const city = await tinyCity({ args: ['--reset'] });
    const engine = engineOf(city.folder);
    await city.kill9();
    expect(isRunning(engine)).toBe(true);
    await city.restart();
    expect(isRunning(engine)).toBe(false);
  });
});

describe('a city that is stopped', () => {
  it('leaves neither lock nor engine behind, and goes on where it was', async () => {
    const city = await tinyCity({ folder: tempFolder() });
    await note(city, 'a', 'x');
    const engine = engineOf(city.folder);
    await city.stop();
    expect(isRunning(engine)).toBe(false);
    expect(existsSync(join(city.folder, 'city.pid'))).toBe(false);
    await city.restart();
    await city.clock.advance('PT0S');
    expect(await diaryLines(city, 'loaded')).toHaveLength(1);
    expect(await diaryLines(city, 'morning')).toHaveLength(1);
    expect(await diaryLines(city, 'noted')).toEqual(['noted a x']);
  });
});
