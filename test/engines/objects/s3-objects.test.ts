import { describe, expect, it } from 'vitest';
import { ObjectStoreUnavailable } from '../../../shared/objects/objects.ts';
import { s3Objects } from '../../../shared/objects/s3-objects.ts';
import { sendToS3 } from '../../../shared/objects/s3-send.ts';
import { s3Signer } from '../../../shared/objects/s3-signer.ts';
import { testClock } from '../../support/deps.ts';
import { CREDENTIALS, REGION } from './s3-door.ts';
import { START } from './targets.ts';

const bucketUrl = 'https://demo-files-1.s3.cn-north-1.amazonaws.com.cn';
const key = 'report/4104250001/8KmWq2';
const link = { key, fileName: 'a.pdf', contentType: 'application/pdf', expiresInSeconds: 60 };

/** Answers of a bucket, in order; the last one again and again. */
function answering(...answers: readonly (() => Response)[]) {
  const asked: { readonly url: URL; readonly init: RequestInit }[] = [];
  const clock = testClock(START);
  const signer = s3Signer({ bucketUrl, region: REGION, credentials: async () => CREDENTIALS, clock });
  const ask = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    asked.push({ url: new URL(String(url)), init });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined) throw new TypeError('fetch failed');
    return answer();
  };
  const objects = s3Objects({ signer, clock, send: sendToS3(signer, { fetch: ask, sleep: async () => {} }) });
  return { objects, asked };
}

const status =
  (code: number, text = '') =>
  () =>
    new Response(code === 204 ? null : text, { status: code });
const listed = (...keys: readonly string[]) =>
  status(
    200,
    `<ListBucketResult>${keys.map((k) => `<Contents><Key>${k}</Key></Contents>`).join('')}</ListBucketResult>`,
  );

describe('a link to S3', () => {
  it("is signed as in AWS's own example", async () => {
    const signer = s3Signer({
      bucketUrl: 'https://examplebucket.s3.amazonaws.com',
      region: 'us-east-1',
      credentials: async () => ({
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      }),
      clock: testClock('2013-05-24T00:00:00.000Z'),
    });
    const { url, headers } = await signer.sign(
      { method: 'GET', key: '', query: { 'max-keys': '2', prefix: 'J' } },
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(url).toBe('https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J');
    expect(headers['authorization']).toMatch(
      /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
    );
  });

  it('leads to the bucket of the region and partition, and names the credentials of the moment', async () => {
    let round = 0;
    const clock = testClock(START);
    const credentials = async () => {
      round += 1;
      return { ...CREDENTIALS, accessKeyId: `ASIA${round}`, sessionToken: `token ${round}` };
    };
    const objects = s3Objects({ signer: s3Signer({ bucketUrl, region: REGION, credentials, clock }), clock });
    for (const time of [1, 2]) {
      const { origin, pathname, searchParams } = new URL((await objects.downloadLink(link)).url);
      expect(origin + pathname).toBe(`${bucketUrl}/${key}`);
      expect(searchParams.get('X-Amz-Credential')).toBe(`ASIA${time}/20260302/cn-north-1/s3/aws4_request`);
      expect(searchParams.get('X-Amz-Security-Token')).toBe(`token ${time}`);
      expect(searchParams.get('X-Amz-Expires')).toBe('60');
    }
  });

  it('signs type, length and checksum of an upload as headers, which the sender has to send', async () => {
    const { objects } = answering(status(200));
    const upload = { ...link, sizeBytes: 3, sha256: 'ab'.repeat(32) };
    const { url, headers } = await objects.uploadLink(upload);
    expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host;x-amz-checksum-sha256',
    );
    expect(headers).toEqual({
      'content-type': 'application/pdf',
      'x-amz-checksum-sha256': Buffer.alloc(32, 0xab).toString('base64'),
    });
  });
});

describe('S3 that', () => {
  it.each([500, 503, 429])('is busy (%i) is asked again, each time signed anew', async (code) => {
    const { objects, asked } = answering(status(code), status(code), status(404));
    expect(await objects.head(key)).toBeUndefined();
    expect(asked).toHaveLength(3);
  });

  it('does not answer, or stays busy, is unavailable after three times, and nothing says which object', async () => {
    for (const { objects, asked } of [answering(), answering(status(503))]) {
      const error = await objects.put({ key, contentType: 'image/png', bytes: Buffer.of(1) }).catch((e) => e);
      expect(error).toBeInstanceOf(ObjectStoreUnavailable);
      expect(JSON.stringify({ ...error, message: error.message, cause: error.cause })).not.toContain(
        '8KmWq2',
      );
      expect(asked).toHaveLength(3);
    }
  });

  it('refuses is not asked again', async () => {
    const { objects, asked } = answering(status(400));
    await expect(objects.get(key)).rejects.toThrow(ObjectStoreUnavailable);
    expect(asked).toHaveLength(1);
  });

  it('answers 403 to a missing key is believed only when the list lacks it', async () => {
    for (const names of [[], [`${key}2`]]) {
      const { objects, asked } = answering(status(403), listed(...names));
      expect(await objects.head(key)).toBeUndefined();
      expect(asked[1]?.url.search).toBe(`?list-type=2&max-keys=1&prefix=${encodeURIComponent(key)}`);
    }
    const { objects } = answering(status(403), listed(key));
    await expect(objects.head(key)).rejects.toThrow(ObjectStoreUnavailable);
  });

  it('answers other bytes than were put is not believed', async () => {
    const checksum = {
      'x-amz-checksum-sha256': Buffer.alloc(32, 1).toString('base64'),
      'content-type': 'image/png',
    };
    const { objects } = answering(() => new Response('cut', { headers: checksum }));
    await expect(objects.get(key)).rejects.toThrow(ObjectStoreUnavailable);
  });
});
