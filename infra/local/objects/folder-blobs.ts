import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { Blobs } from './blobs.ts';

/** The first line of an object's file, so that it and the bytes can only be there together. */
const head = z.object({ key: z.string(), contentType: z.string(), sizeBytes: z.int(), sha256: z.string() });

/**
 * One file an object, below a folder. Its name is a hash of the key: no key leads out of the folder, and two that
 * differ by a capital stay two on a disk that knows none.
 */
export function folderBlobs(folder: string): Blobs {
  let drafts = 0;
  return {
    async write(key, { bytes, ...facts }) {
      const path = pathOf(folder, key);
      await mkdir(dirname(path), { recursive: true });
      drafts += 1;
      const draft = `${path}.${process.pid}-${drafts}.draft`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ key, ...facts })}\n`);
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      await syncFolder(dirname(path));
    },
    async read(key) {
      const content = await contentOf(pathOf(folder, key));
      if (content === undefined) return undefined;
      const end = content.indexOf('\n');
      const { key: written, ...facts } = head.parse(JSON.parse(content.toString('utf8', 0, end)));
      if (written !== key) throw new Error('an object lies under the name of another');
      return { ...facts, bytes: Uint8Array.from(content.subarray(end + 1)) };
    },
  };
}

function pathOf(folder: string, key: string): string {
  const name = createHash('sha256').update(key).digest('hex');
  return join(folder, name.slice(0, 2), name);
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A new name is on disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
