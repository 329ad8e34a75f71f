import { randomBytes } from 'node:crypto';
import { memoryBlobs } from '../../infra/local/objects/blobs.ts';
import { linkSigner } from '../../infra/local/objects/link-signer.ts';
import { localObjects } from '../../infra/local/objects/local-objects.ts';
import { serveObjects } from '../../infra/local/objects/serve-objects.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { ObjectStore } from '../../shared/objects/objects.ts';

export interface MemoryObjects {
  readonly objects: ObjectStore;
  /** Asks what a link leads to, as a client would: a GET, or a PUT of a body. */
  follow(
    url: string,
    upload?: { readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> },
  ): Promise<Response>;
}

/** The laptop's object store over memory, whose links are followed without a server. */
export function memoryObjects(clock: Clock): MemoryObjects {
  const parts = {
    blobs: memoryBlobs(),
    signer: linkSigner('http://objects.invalid', randomBytes(32)),
    clock,
  };
  const serve = serveObjects(parts);
  return {
    objects: localObjects(parts),
    async follow(url, upload) {
      const { pathname, search } = new URL(url);
      const method = upload === undefined ? 'GET' : 'PUT';
      const { headers = {}, body = new Uint8Array() } = upload ?? {};
      const answer = await serve({ method, pathname, search, headers, body });
      return new Response(Buffer.from(answer.body), { status: answer.status, headers: answer.headers });
    },
  };
}
