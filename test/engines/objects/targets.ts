import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { cityListener } from '../../../infra/local/http/city-listener.ts';
import { openObjects } from '../../../infra/local/objects/open-objects.ts';
import { type TestClock, testClock } from '../../support/deps.ts';
import { type MemoryObjects, memoryObjects } from '../../support/objects.ts';
import { tempFolder } from '../local/temp-folder.ts';

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
};

/** Those of a city's folder, behind the laptop's own listener. */
export async function laptopObjects(folder: string): Promise<ObjectsUnderTest> {
  const clock = testClock(START);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { store, serve } = openObjects({ folder, clock, url });
  const parts = { clock, pages: {}, localRoutes: [], objects: serve, invokeApi: () => undefined };
  server.on('request', cityListener(parts));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { clock, objects: store, follow: followByFetch };
}

export const followByFetch: MemoryObjects['follow'] = (url, upload) =>
  fetch(url, {
    redirect: 'error',
    ...(upload === undefined
      ? {}
      : { method: 'PUT', body: Buffer.from(upload.body), headers: upload.headers }),
  });
