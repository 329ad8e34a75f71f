import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { City } from '../cities/city.ts';
import { lockFolder } from './city-lock.ts';
import { clearStale } from './dynamodb/pid-file.ts';
import { StartError } from './options.ts';

/** A city's folder, held by this process. */
export interface DataFolder {
  readonly path: string;
  /** The JSON that functions read as `CITY_FILE`. */
  readonly cityFile: string;
  /** False until `markLoaded`: whatever a first start left half done is thrown away by the next. */
  readonly loaded: boolean;
  markLoaded(): void;
  release(): void;
}

export interface FolderUse {
  readonly city: City['id'];
  /** Written anew at each start: the policy in the repository may have changed. */
  readonly cityFile: object;
  readonly url: string;
  readonly reset: boolean;
}

/** The engine's file. */
export const DATABASE = 'dynamodb.sqlite';

const LOCK = 'city.pid';
const CITY = 'city.json';
const CITY_DRAFT = 'city.json.draft';
const LOADED = 'loaded';

/** Opens or makes a city's folder. A folder that is something else is left alone. @throws StartError, FolderLockedError */
export function openDataFolder(path: string, { city, cityFile, url, reset }: FolderUse): DataFolder {
  makeFolder(path);
  checkFolder(path, city);
  const lock = lockFolder(path, url);
  endLeftEngine(join(path, `${DATABASE}.pid`));
  if (reset || !existsSync(join(path, LOADED))) empty(path);
  // A kill at any moment leaves the old file or the new one.
  writeFileSync(join(path, CITY_DRAFT), JSON.stringify(cityFile, null, 2));
  renameSync(join(path, CITY_DRAFT), join(path, CITY));
  return {
    path,
    cityFile: join(path, CITY),
    loaded: existsSync(join(path, LOADED)),
    markLoaded: () => writeFileSync(join(path, LOADED), ''),
    release: () => lock.release(),
  };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new StartError(
      `no folder at "${path}" (${(cause as NodeJS.ErrnoException).code}): name another by --data`,
    );
  }
}

function checkFolder(path: string, city: string): void {
  const names = readdirSync(path).filter((name) => name !== LOCK && name !== CITY_DRAFT);
  if (names.length === 0) return;
  if (!names.includes(CITY))
    throw new StartError(`${path} holds other files: name an empty folder by --data`);
  const owner = ownerOf(join(path, CITY));
  if (owner !== city) throw new StartError(`${path} holds the city ${owner}: name another folder by --data`);
}

/** @throws StartError when the file is none that a city wrote */
function ownerOf(file: string): string {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Said below.
  }
  const { id }: { readonly id?: unknown } = Object(content);
  if (typeof id !== 'string') throw new StartError(`${file} is damaged: name another folder by --data`);
  return id;
}

/** The lock is ours, so whoever started an engine over this folder has ended without stopping it. */
function endLeftEngine(pidFile: string): void {
  const left = clearStale(pidFile);
  if (left !== undefined) process.kill(left.pid, 'SIGKILL');
  rmSync(pidFile, { force: true });
}

/** In this order, a kill half-way leaves a folder that is known as this city's and begins anew. */
function empty(path: string): void {
  rmSync(join(path, LOADED), { force: true });
  for (const name of readdirSync(path)) {
    if (name !== LOCK && name !== CITY) rmSync(join(path, name), { recursive: true, force: true });
  }
}
