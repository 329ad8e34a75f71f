import type { Entity } from './entity.ts';
import type { Item, QuerySpec, Table } from './table.ts';

/** All that a query finds, in its order. For what is bounded by nature: a day's, a patient's, a town's. */
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
