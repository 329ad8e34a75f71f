import type { StoredObject } from '../../../shared/objects/objects.ts';

/** Where a local object store keeps what it is given: a folder, or memory. */
export interface Blobs {
  /** Kept for good, whole or not at all, when it returns. */
  write(key: string, object: StoredObject): Promise<void>;
  read(key: string): Promise<StoredObject | undefined>;
}

/** As long as the process lives. */
export function memoryBlobs(): Blobs {
  const objects = new Map<string, StoredObject>();
  return {
    async write(key, object) {
      objects.set(key, { ...object, bytes: Uint8Array.from(object.bytes) });
    },
    async read(key) {
      const object = objects.get(key);
      return object === undefined ? undefined : { ...object, bytes: Uint8Array.from(object.bytes) };
    },
  };
}
