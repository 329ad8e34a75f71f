import type { Entity } from '../../shared/data/entity.ts';
import type { Item, QuerySpec, Table } from '../../shared/data/table.ts';

/** All that a query finds. For what is bounded by nature: a day's, a merchant's. */
export async function everyPage<Id, T extends object>(
  table: Table,
  kind: Pick<Entity<Id, T>, 'query'>,
  spec: QuerySpec,
): Promise<readonly T[]> {
  const found: T[] = [];
  let after: Item | undefined;
  do {
    const page = await kind.query(table, { ...spec, ...(after && { after }) });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}
