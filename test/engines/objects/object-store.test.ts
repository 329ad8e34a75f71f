import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../shared/objects/object-calls.ts';
import { InvalidObjectCall } from '../../../shared/objects/objects.ts';
import { type ObjectsUnderTest, targets } from './targets.ts';

const PDF = 'application/pdf';
const key = 'report/4104250001/8KmWq2';
const bytes = randomBytes(70_000);
const download = { key, fileName: '检验报告单（第2版）.pdf', contentType: PDF, expiresInSeconds: 300 };
const upload = { key, ...factsOf(PDF, bytes), expiresInSeconds: 300 };

/** The link with one part of it exchanged for another. */
function altered(url: string, part: string | RegExp, other: string): string {
  const changed = url.replace(part, other);
  expect(changed).not.toBe(url);
  return changed;
}

describe.each(Object.entries(targets))('the object store over %s', (_, open) => {
  async function withObject(): Promise<ObjectsUnderTest> {
    const target = await open();
    await target.objects.put({ key, contentType: PDF, bytes });
    return target;
  }

  it('gives back what it was given, and knows its size, type and hash', async () => {
    const { objects } = await open();
    const facts = await objects.put({ key, contentType: PDF, bytes });
    expect(facts).toEqual(factsOf(PDF, bytes));
    expect(await objects.head(key)).toEqual(facts);
    const stored = await objects.get(key);
    expect({ ...stored, bytes: Buffer.from(stored?.bytes ?? []).equals(bytes) }).toEqual({
      ...facts,
      bytes: true,
    });
  });

  it.each([0, 1])('keeps an object of %i bytes', async (length) => {
    const { objects } = await open();
    await objects.put({ key, contentType: 'image/png', bytes: bytes.subarray(0, length) });
    expect((await objects.get(key))?.bytes).toEqual(Uint8Array.from(bytes.subarray(0, length)));
  });

  it('knows nothing of a key that was never put, nor of one that begins or ends it', async () => {
    const { objects } = await withObject();
    for (const other of [key.slice(0, -1), `${key}2`, `${key}/1`, 'report/4104250001/8kmwq2']) {
      expect.soft(await objects.head(other), other).toBeUndefined();
      expect.soft(await objects.get(other), other).toBeUndefined();
    }
  });

  it('replaces an object by the newest of its key', async () => {
    const { objects } = await withObject();
    await objects.put({ key, contentType: 'image/png', bytes: bytes.subarray(0, 9) });
    expect(await objects.head(key)).toEqual(factsOf('image/png', bytes.subarray(0, 9)));
  });

  it.each([
    '',
    'report',
    '/report/1',
    'report/',
    'report//1',
    'report/../booking/1',
    'report/.hidden',
    'report/1?x=1',
    'report/张三',
    'report/a b',
    'report\\1',
    `report/${'a'.repeat(200)}`,
  ])('takes no key like %j', async (wrong) => {
    const { objects } = await open();
    const calls = [
      () => objects.put({ key: wrong, contentType: PDF, bytes }),
      () => objects.head(wrong),
      () => objects.get(wrong),
      () => objects.uploadLink({ ...upload, key: wrong }),
      () => objects.downloadLink({ ...download, key: wrong }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(InvalidObjectCall);
  });

  it('takes no type, size, hash or time that no link may have', async () => {
    const { objects } = await open();
    const wrong = [
      { contentType: 'application/pdf\r\nx-evil: 1' },
      { sizeBytes: -1 },
      { sizeBytes: 1.5 },
      { sha256: upload.sha256.toUpperCase() },
      { expiresInSeconds: 0 },
      { expiresInSeconds: 7 * 24 * 3600 + 1 },
    ];
    for (const part of wrong)
      await expect(objects.uploadLink({ ...upload, ...part })).rejects.toThrow(InvalidObjectCall);
    await expect(objects.put({ key, contentType: 'pdf', bytes })).rejects.toThrow(InvalidObjectCall);
  });

  describe('by a link to download', () => {
    it('hands out the object as an attachment of the given name and type', async () => {
      const { objects, follow } = await withObject();
      const { url, until } = await objects.downloadLink(download);
      expect(until).toBe('2026-03-02T00:05:00.000Z');
      const answer = await follow(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(PDF);
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''%E6%A3%80/);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('answers until it expires, and not a moment later', async () => {
      const { objects, follow, clock } = await withObject();
      const { url } = await objects.downloadLink(download);
      clock.advance(299_000);
      expect((await follow(url)).status).toBe(200);
      clock.advance(1_001);
      expect((await follow(url)).status).toBe(403);
    });

    it('says 404 where there is no object', async () => {
      const { objects, follow } = await open();
      expect((await follow((await objects.downloadLink(download)).url)).status).toBe(404);
    });

    it('is no link to another object, under another name or type, for longer, or to write', async () => {
      const { objects, follow } = await withObject();
      await objects.put({ key: 'report/4104250001/other', contentType: PDF, bytes });
      const { url } = await objects.downloadLink(download);
      const wrong = [
        altered(url, '8KmWq2', 'other'),
        altered(url, 'report/4104250001', 'booking/4104250001'),
        altered(url, /%A3|%25A3/, '%25A4'),
        altered(url, 'application%2Fpdf', 'text%2Fhtml'),
        altered(url, /(Expires=|T00%3A0)\d/, '$19'),
        altered(url, /ignature=./, 'ignature=~'),
        url.slice(0, url.indexOf('?')),
        `${url}&versionId=1`,
      ];
      for (const link of wrong) expect.soft((await follow(link)).status, link).toBe(403);
      const put = await follow(url, { body: bytes, headers: { 'content-type': PDF } });
      expect(put.status).toBe(403);
    });
  });

  describe('by a link to upload', () => {
    it('takes exactly the promised bytes, and may be repeated', async () => {
      const { objects, follow } = await open();
      const { url, headers, until } = await objects.uploadLink(upload);
      expect(until).toBe('2026-03-02T00:05:00.000Z');
      expect(await objects.head(key)).toBeUndefined();
      for (const _ of ['once', 'again']) {
        expect((await follow(url, { body: bytes, headers })).status).toBe(200);
        expect(await objects.head(key)).toEqual(factsOf(PDF, bytes));
      }
    });

    it('takes nothing after it has expired', async () => {
      const { objects, follow, clock } = await open();
      const { url, headers } = await objects.uploadLink(upload);
      clock.advance(300_001);
      expect((await follow(url, { body: bytes, headers })).status).toBe(403);
      expect(await objects.head(key)).toBeUndefined();
    });

    it('takes no other bytes, length, type, hash or place', async () => {
      const { objects, follow } = await open();
      const { url, headers } = await objects.uploadLink(upload);
      const others = Buffer.from(bytes);
      others[5] = 255 - (others[5] ?? 0);
      const { 'x-amz-checksum-sha256': _, ...unsummed } = headers;
      const wrong = [
        { body: others, headers },
        { body: bytes.subarray(1), headers },
        { body: bytes, headers: { ...headers, 'content-type': 'text/html' } },
        { body: others, headers: unsummed },
        {
          body: others,
          headers: {
            ...headers,
            'x-amz-checksum-sha256': Buffer.from(factsOf(PDF, others).sha256, 'hex').toString('base64'),
          },
        },
      ];
      for (const [at, sent] of wrong.entries())
        expect.soft([400, 403], `case ${at}`).toContain((await follow(url, sent)).status);
      const elsewhere = altered(url, '8KmWq2', 'other');
      expect.soft((await follow(elsewhere, { body: bytes, headers })).status).toBe(403);
      expect(await objects.head(key)).toBeUndefined();
      expect(await objects.head('report/4104250001/other')).toBeUndefined();
    });

    it('is no link to read', async () => {
      const { objects, follow } = await withObject();
      expect((await follow((await objects.uploadLink(upload)).url)).status).toBe(403);
    });
  });
});
