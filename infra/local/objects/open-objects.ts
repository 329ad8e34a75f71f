import { join } from 'node:path';
import type { Clock } from '../../../shared/kernel/clock.ts';
import type { ObjectStore } from '../../../shared/objects/objects.ts';
import { masterKeyFile } from '../kms/master-key.ts';
import { folderBlobs } from './folder-blobs.ts';
import { linkSigner } from './link-signer.ts';
import { localObjects } from './local-objects.ts';
import { type ServeObjects, serveObjects } from './serve-objects.ts';

export interface LaptopObjects {
  readonly store: ObjectStore;
  readonly serve: ServeObjects;
}

/** The object store of a city's folder. Links outlive a restart: what signs them is in the folder too. */
export function openObjects(plan: {
  readonly folder: string;
  readonly clock: Clock;
  /** Where this machine serves the city. */
  readonly url: string;
}): LaptopObjects {
  const parts = {
    blobs: folderBlobs(join(plan.folder, 'objects')),
    signer: linkSigner(plan.url, masterKeyFile(join(plan.folder, 'object-links-key'))),
    clock: plan.clock,
  };
  return { store: localObjects(parts), serve: serveObjects(parts) };
}
