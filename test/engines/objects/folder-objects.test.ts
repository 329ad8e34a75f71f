import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../local/temp-folder.ts';
import { followByFetch, laptopObjects } from './targets.ts';

const object = { key: 'report/i/1', contentType: 'text/plain', bytes: Buffer.from('line one\nline two') };
const download = { ...object, fileName: '报告.txt', expiresInSeconds: 60 };

describe("a folder's objects", () => {
  it('outlive the process that put them, and so do their links', async () => {
    const folder = tempFolder();
    const first = await laptopObjects(folder);
    await first.objects.put(object);
    const { url } = await first.objects.downloadLink(download);
    const second = await laptopObjects(folder);
    expect(Buffer.from((await second.objects.get(object.key))?.bytes ?? []).toString()).toBe(
      'line one\nline two',
    );
    const { origin } = new URL((await second.objects.downloadLink(download)).url);
    const answer = await followByFetch(url.replace(new URL(url).origin, origin));
    expect(await answer.text()).toBe('line one\nline two');
  });

  it('are not opened by the links of another city', async () => {
    const [mine, theirs] = [await laptopObjects(tempFolder()), await laptopObjects(tempFolder())];
    for (const { objects } of [mine, theirs]) await objects.put(object);
    const { origin } = new URL((await mine.objects.downloadLink(download)).url);
    const { url } = await theirs.objects.downloadLink(download);
    expect((await followByFetch(url.replace(new URL(url).origin, origin))).status).toBe(403);
  });

  it('are whole or not there: what a kill left half written is never read', async () => {
    const folder = tempFolder();
    const { objects } = await laptopObjects(folder);
    await objects.put(object);
    const [path = ''] = globSync('objects/*/*', { cwd: folder });
    writeFileSync(join(folder, `${path}.1-1.draft`), '{"key":');
    expect((await objects.get(object.key))?.sizeBytes).toBe(object.bytes.length);
  });

  it('are read by their owner alone, in files that name no key', async () => {
    const folder = tempFolder();
    const { objects } = await laptopObjects(folder);
    await objects.put(object);
    const [path = '', ...more] = globSync('objects/*/*', { cwd: folder });
    expect(more).toEqual([]);
    expect(path).toMatch(/^objects\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/);
    expect(statSync(join(folder, path)).mode & 0o077).toBe(0);
    expect(readFileSync(join(folder, path), 'utf8')).toContain('"key":"report/i/1"');
  });

  it('of many writers at once are each one of those written', async () => {
    const { objects } = await laptopObjects(tempFolder());
    const contents = Array.from({ length: 20 }, (_, at) => Buffer.alloc(50_000, at));
    await Promise.all(contents.map((bytes) => objects.put({ ...object, bytes })));
    const { bytes } = (await objects.get(object.key)) ?? { bytes: new Uint8Array() };
    expect(contents.some((content) => content.equals(bytes))).toBe(true);
  });
});
