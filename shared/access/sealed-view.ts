import type { Item, Key } from '../data/table.ts';
import type { Deps } from '../deps.ts';

/** A shared view of one sealed text for each id: written by one context, read by those that are granted its prefix. */
export interface SealedView {
  readonly key: (id: string) => Key;
  /** The view's item, for a transaction. */
  readonly item: (deps: Pick<Deps, 'cipher'>, id: string, text: string) => Promise<Item>;
  /**
   * Consistent: what was just written is found. Undefined: nothing stands there.
   * @throws FieldSealError when the item was moved or altered.
   */
  readonly read: (deps: Pick<Deps, 'cipher' | 'table'>, id: string) => Promise<string | undefined>;
}

/** `scope`: of the keys that seal it; a grant of the prefix brings them along (`infra/constructs/table-access.ts`). */
export function sealedView({
  prefix,
  scope,
  sk,
  field,
}: {
  readonly prefix: string;
  readonly scope: string;
  readonly sk: string;
  readonly field: string;
}): SealedView {
  const key = (id: string): Key => ({ pk: `${prefix}${id}`, sk });
  const placeOf = (id: string) => ({ item: `${prefix}${id}|${sk}`, field });
  return {
    key,
    item: async ({ cipher }, id, text) => ({
      ...key(id),
      [field]: await cipher.seal(scope, placeOf(id), text),
    }),
    read: async ({ table, cipher }, id) => {
      const item = await table.get(key(id), { consistent: true });
      return item === undefined ? undefined : cipher.open(scope, placeOf(id), String(item[field]));
    },
  };
}
