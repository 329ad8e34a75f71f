import type * as z from 'zod/mini';
import type { Subscription } from './context.ts';
import type { Entity } from './data/entity.ts';

/**
 * Keeps a context's own copy of what another tells of in `event`, as far as `said` reads it. Events come late and
 * twice: an older version replaces no newer one. @throws ZodError for an event that says something else
 */
export function keepCopy<Id, T extends { readonly version: number }>(
  event: string,
  said: z.ZodMiniType<T>,
  kind: Pick<Entity<Id, T>, 'put'>,
  idOf: (copy: T) => Id,
): Subscription {
  return {
    event,
    handle: async ({ table }, { data }) => {
      const copy = said.parse(data);
      await kind.put(table, idOf(copy), copy, {
        if: { $any: [{ $exists: false }, { version: { lt: copy.version } }] },
      });
    },
  };
}
