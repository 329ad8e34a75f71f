import type { Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';

export const INSTITUTION_PREFIX = 'institution#';
const CACHE_MILLIS = 60_000;
/** What a container remembers at most; beyond it begins anew. */
const MOST_INSTITUTIONS = 5_000;

/** Where an institution stands: written by directory (pk `institution#<id>`, sk `place`), read by access rules. */
export interface InstitutionTree {
  /** Ids of the institutions above, nearest first; empty for an unknown one. */
  ancestorsOf(institutionId: string): Promise<readonly string[]>;
}

/** Read through a container's cache of a minute: the tree changes a few times a year. */
export function createInstitutionTree(table: Table, clock: Clock): InstitutionTree {
  const cache = new Map<string, { readonly ancestors: readonly string[]; readonly until: number }>();
  return {
    async ancestorsOf(institutionId) {
      const cached = cache.get(institutionId);
      if (cached !== undefined && cached.until > clock.now()) return cached.ancestors;
      const item = await table.get({ pk: `${INSTITUTION_PREFIX}${institutionId}`, sk: 'place' });
      const ancestors = Array.isArray(item?.['ancestors']) ? item['ancestors'].map(String) : [];
      if (cache.size >= MOST_INSTITUTIONS) cache.clear();
      cache.set(institutionId, { ancestors, until: clock.now() + CACHE_MILLIS });
      return ancestors;
    },
  };
}
