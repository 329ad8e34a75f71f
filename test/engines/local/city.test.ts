import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempFolder } from './temp-folder.ts';
import { diary, diaryLines, note, setFaults, tinyCity } from './tiny-city-under-test.ts';

const HOUR = 3_600_000;

async function inHours(city: Awaited<ReturnType<typeof tinyCity>>, hours: number): Promise<string> {
  return new Date(Date.parse(await city.clock.now()) + hours * HOUR).toISOString();
}

describe('the clock of a city', () => {
  it('moves through a month: each timer and each morning in its turn', async () => {
    const city = await tinyCity();
    const today = Date.parse((await city.clock.now()).slice(0, 10));
    // Four in the morning of a day in China.
    const start = today + 44 * HOUR;
    await city.clock.to(new Date(start).toISOString());
    const rings = [50, 2, 300, 26, 719].map((hours) => ({
      hours,
      at: new Date(start + hours * HOUR).toISOString(),
    }));
    for (const { hours, at } of rings) await note(city, `after-${hours}`, 'x', at);
    const written = (await diary(city)).length;
    const move = await city.clock.advance('P30D');
    expect(move).toMatchObject({ fired: { timers: 5, schedules: 30 }, settled: true });

    const since = (await diary(city)).slice(written).filter(({ what }) => !what.startsWith('noted'));
    const instants = since.map(({ at }) => at);
    expect(instants.toSorted()).toEqual(instants);
    for (const { hours, at } of rings) {
      const rang = since.find(({ what }) => what === `rang after-${hours}`);
      const lateMs = Date.parse(rang?.at ?? '') - Date.parse(at);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(60_000);
    }
    const mornings = since.filter(({ what }) => what.startsWith('morning'));
    expect(mornings.map(({ what }) => what.slice(8))).toEqual(
      Array.from({ length: 30 }, (_, day) => new Date(start + (4 + 24 * day) * HOUR).toISOString()),
    );
  });

  it('adds up moves that come at once', async () => {
    const city = await tinyCity();
    const before = Date.parse(await city.clock.now());
    await Promise.all(['PT1H', 'PT2H', 'PT3H'].map((duration) => city.clock.advance(duration)));
    const passed = Date.parse(await city.clock.now()) - before;
    expect(passed).toBeGreaterThanOrEqual(6 * HOUR);
    expect(passed).toBeLessThan(6 * HOUR + 60_000);
  });

  it.each([
    ['backwards', { to: '2020-01-01T00:00:00Z' }, 409],
    ['further than anybody means', { advance: 'P50Y' }, 400],
    ['further than a date can say', { advance: 'P99999999Y' }, 400],
    ['to a time without a zone', { to: '2031-01-01T00:00:00' }, 400],
    ['by no duration', { advance: 'tomorrow' }, 400],
    ['nowhere', {}, 400],
  ])('does not move %s', async (_where, body, status) => {
    const city = await tinyCity();
    const before = Date.parse(await city.clock.now());
    expect((await city.http('POST', '/local/clock', { body })).status).toBe(status);
    expect(Date.parse(await city.clock.now()) - before).toBeLessThan(60_000);
  });

  it('rings a timer within seconds when nobody moves it', async () => {
    const city = await tinyCity();
    await note(city, 'a', 'x', await inHours(city, -1));
    await expect.poll(() => diaryLines(city, 'rang'), { timeout: 10_000 }).toEqual(['rang a']);
  });
});

describe('the events of a city', () => {
  it('reach their consumers by themselves', async () => {
    const city = await tinyCity();
    await note(city, 'a', 'x');
    await expect.poll(() => diaryLines(city, 'noted'), { timeout: 10_000 }).toEqual(['noted a x']);
  });

  it('come twice when they are told to', async () => {
    const city = await tinyCity();
    await setFaults(city, { copies: 2 });
    await note(city, 'a', 'x');
    await city.clock.advance('PT0S');
    expect(await diaryLines(city, 'noted')).toEqual(['noted a x', 'noted a x']);
  });

  it('are tried again, and end as dead letters that the status shows', async () => {
    const city = await tinyCity();
    await city.http('PUT', '/tiny/failures', { body: { times: 2 } });
    await note(city, 'a', 'x');
    await city.clock.advance('PT0S');
    expect(await diaryLines(city, 'noted')).toEqual(['noted a x']);

    await city.http('PUT', '/tiny/failures', { body: { times: 5 } });
    await note(city, 'b', 'x');
    await city.clock.advance('PT0S');
    expect(await diaryLines(city, 'noted b')).toEqual([]);
    expect((await city.http('GET', '/local/status')).body).toMatchObject({
      city: 'demo',
      contexts: ['tiny', 'payment'],
      timersDue: 0,
      deadLetters: { count: 1, latest: [{ consumer: 'tiny-worker', attempts: 5, errorName: 'Error' }] },
    });
  });
});

describe('two cities on one machine', () => {
  it('know nothing of each other', async () => {
    const [one, other] = await Promise.all([tinyCity(), tinyCity()]);
    await note(one, 'a', 'one');
    await one.clock.advance('P1D');
    expect((await other.http('GET', '/tiny/notes/a')).status).toBe(404);
    expect(Date.parse(await one.clock.now()) - Date.parse(await other.clock.now())).toBeGreaterThan(
      23 * HOUR,
    );
  });

  it('do not share a folder', async () => {
    const city = await tinyCity();
    const message = `belongs to a city that is running at ${city.url} (process ${city.pid})`;
    await expect(tinyCity({ folder: city.folder, args: ['--reset'] })).rejects.toThrow(message);
    expect((await city.http('GET', '/tiny/diary')).status).toBe(200);
  });
});

describe('a city that cannot start', () => {
  it('says that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(tinyCity({ env: { PORT: String(port) } })).rejects.toThrow(`port ${port} is taken`);
  });

  it('leaves a folder of other things alone, even when it is to be emptied', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'thesis.txt'), 'years of work');
    await expect(tinyCity({ folder, args: ['--reset'] })).rejects.toThrow('holds other files');
  });

  it('says which DynamoDB does not answer when it was told of one', async () => {
    const env = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' };
    await expect(tinyCity({ env })).rejects.toThrow('no DynamoDB answers at http://127.0.0.1:9');
  });

  it.each([
    [['--colour', 'red'], 'npm start --'],
    [['--city'], 'npm start --'],
  ])('explains its options when it does not know %j', async (args, text) => {
    await expect(tinyCity({ args })).rejects.toThrow(text);
  });

  it('refuses a port that is none', async () => {
    await expect(tinyCity({ env: { PORT: 'eighty' } })).rejects.toThrow('which is no port');
  });
});
