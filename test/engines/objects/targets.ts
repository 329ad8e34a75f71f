import { cityListener } from '../../../infra/local/http/city-listener.ts';
import { openObjects } from '../../../infra/local/objects/open-objects.ts';
import { s3Objects } from '../../../shared/objects/s3-objects.ts';
import { s3Signer } from '../../../shared/objects/s3-signer.ts';
import { type TestClock, testClock } from '../../support/deps.ts';
import { type MemoryObjects, memoryObjects } from '../../support/objects.ts';
import { tempFolder } from '../local/temp-folder.ts';
import { CREDENTIALS, listen, openBucket, REGION } from './s3-door.ts';

/** An object store with what its links lead to, and the clock by which they expire. */
export interface ObjectsUnderTest extends MemoryObjects {
  readonly clock: TestClock;
}

export const START = '2026-03-02T00:00:00.000Z';

/** Every implementation, each tried by the same suite. */
export const targets: Readonly<Record<string, () => Promise<ObjectsUnderTest>>> = {
  async memory() {
    const clock = testClock(START);
    return { clock, ...memoryObjects(clock) };
  },
  async folder() {
    return laptopObjects(tempFolder());
  },
  async S3() {
    const clock = testClock(START);
    const bucketUrl = await openBucket(clock);
    const signer = s3Signer({ bucketUrl, region: REGION, credentials: async () => CREDENTIALS, clock });
    return { clock, objects: s3Objects({ signer, clock }), follow: followByFetch };
  },
};

/** Those of a city's folder, behind the laptop's own listener. */
export async function laptopObjects(folder: string): Promise<ObjectsUnderTest> {
  const clock = testClock(START);
  const { server, url } = await listen();
  const { store, serve } = openObjects({ folder, clock, url });
  const parts = { clock, pages: {}, localRoutes: [], objects: serve, invokeApi: () => undefined };
  server.on('request', cityListener(parts));
  return { clock, objects: store, follow: followByFetch };
}

export const followByFetch: MemoryObjects['follow'] = (url, upload) =>
  fetch(url, {
    redirect: 'error',
    ...(upload === undefined
      ? {}
      : { method: 'PUT', body: Buffer.from(upload.body), headers: upload.headers }),
  });
