import type { Table } from '../../shared/data/table.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { readAll } from './read-all.ts';
import {
  ALLIANCES,
  type Alliance,
  alliances,
  CITY_LIST,
  type ListedInstitution,
  listed,
  listVersion,
} from './store.ts';

/** The city's institutions as a tree of parent links: 2,000 lines of 300 bytes, read in two pages. */
export interface Tree {
  readonly version: number;
  readonly institutions: ReadonlyMap<string, ListedInstitution>;
  childrenOf(institutionId: string): readonly ListedInstitution[];
  /** Nearest first; ends at a missing parent, and at a repeated one. */
  ancestorsOf(institutionId: string): readonly string[];
}

export interface CityList extends Tree {
  readonly alliances: readonly Alliance[];
}

export interface CityLists {
  /** At most ten seconds behind the table; not behind an institution that is `sought` and not in it. */
  current(sought?: string): Promise<CityList>;
  /** After a change by this container: the next reader asks for the version at once. */
  forget(): void;
}

/** How long a container trusts its copy before it asks for the list's version (a read unit). */
const TRUSTED_MILLIS = 10_000;

/** One copy a container, read again only when the list's version has moved. */
export function createCityLists({
  table,
  clock,
}: {
  readonly table: Table;
  readonly clock: Clock;
}): CityLists {
  let copy: CityList | undefined;
  let trustedUntil = 0;
  let changes = 0;
  let reading: Promise<CityList> | undefined;

  async function read(): Promise<CityList> {
    const known = copy;
    const version = (await listVersion.get(table, 'list', { consistent: true }))?.version ?? 0;
    if (known !== undefined && known.version === version) return known;
    // Neither part is older than the lesser of the two versions: what a reading missed, the next one sees.
    const [tree, found] = await Promise.all([
      treeOf(table, false),
      readAll(table, { pk: ALLIANCES, consistent: true }),
    ]);
    return {
      ...tree,
      version: Math.min(version, tree.version),
      alliances: found.map(alliances.from).filter(({ active }) => active),
    };
  }

  return {
    async current(sought) {
      const knows = sought === undefined || copy?.institutions.has(sought) === true;
      if (copy !== undefined && knows && clock.now() < trustedUntil) return copy;
      const before = changes;
      // Requests that come together wait for one reading.
      reading ??= read().finally(() => {
        reading = undefined;
      });
      copy = await reading;
      trustedUntil = before === changes ? clock.now() + TRUSTED_MILLIS : 0;
      return copy;
    },
    forget() {
      changes += 1;
      trustedUntil = 0;
    },
  };
}

/** The tree as it is now, for deciding on it: consistent, and with the version it had at the latest. */
export function readTree(table: Table): Promise<Tree> {
  return treeOf(table, true);
}

async function treeOf(table: Table, consistent: boolean): Promise<Tree> {
  const items = await readAll(table, { pk: CITY_LIST, consistent });
  const versionKey = listVersion.key('list').sk;
  const institutions = new Map<string, ListedInstitution>();
  const children = new Map<string, ListedInstitution[]>();
  let version = 0;
  for (const item of items) {
    if (item.sk === versionKey) {
      version = listVersion.from(item).version;
      continue;
    }
    const row = listed.from(item);
    institutions.set(row.institutionId, row);
    if (row.parentId !== undefined) {
      const siblings = children.get(row.parentId) ?? [];
      siblings.push(row);
      children.set(row.parentId, siblings);
    }
  }
  return {
    version,
    institutions,
    childrenOf: (institutionId) => children.get(institutionId) ?? [],
    ancestorsOf(institutionId) {
      const above: string[] = [];
      let at = institutions.get(institutionId)?.parentId;
      while (at !== undefined && !above.includes(at)) {
        above.push(at);
        at = institutions.get(at)?.parentId;
      }
      return above;
    },
  };
}
