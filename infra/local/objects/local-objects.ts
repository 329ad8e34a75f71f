import type { Clock } from '../../../shared/kernel/clock.ts';
import {
  checkFacts,
  checkKey,
  checkLink,
  factsOf,
  uploadHeaders,
} from '../../../shared/objects/object-calls.ts';
import type { ObjectStore } from '../../../shared/objects/objects.ts';
import type { Blobs } from './blobs.ts';
import type { LinkSigner } from './link-signer.ts';

export interface LocalObjectsParts {
  readonly blobs: Blobs;
  readonly signer: LinkSigner;
  /** Links expire by the city's time. */
  readonly clock: Clock;
}

/** The object store of this machine; what its links lead to is `serve-objects.ts`. */
export function localObjects({ blobs, signer, clock }: LocalObjectsParts): ObjectStore {
  const until = (seconds: number): string => new Date(clock.now() + seconds * 1000).toISOString();
  return {
    async put({ key, contentType, bytes }) {
      checkKey(key);
      const facts = factsOf(contentType, bytes);
      checkFacts(facts);
      await blobs.write(key, { ...facts, bytes });
      return facts;
    },
    async head(key) {
      checkKey(key);
      const object = await blobs.read(key);
      if (object === undefined) return undefined;
      const { bytes: _, ...facts } = object;
      return facts;
    },
    async get(key) {
      checkKey(key);
      return blobs.read(key);
    },
    async uploadLink(upload) {
      checkLink(upload);
      checkFacts(upload);
      const { key, contentType: type, sizeBytes, sha256, expiresInSeconds } = upload;
      const promises = { until: until(expiresInSeconds), type, size: String(sizeBytes), sha256 };
      return {
        url: signer.sign('PUT', key, promises),
        headers: uploadHeaders(upload),
        until: promises.until,
      };
    },
    async downloadLink(download) {
      checkLink(download);
      const { key, contentType: type, fileName: name, expiresInSeconds } = download;
      const promises = { until: until(expiresInSeconds), type, name };
      return { url: signer.sign('GET', key, promises), until: promises.until };
    },
  };
}
