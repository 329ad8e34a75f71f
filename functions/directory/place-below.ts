import type { DomainEvent, Table } from '../../shared/data/table.ts';
import { sameValue } from '../../shared/data/value.ts';
import type { Deps } from '../../shared/deps.ts';
import { readTree } from './city-list.ts';
import { institutionChanged } from './event-contracts.ts';
import { type InstitutionPlace, places } from './store.ts';

/** A moved institution takes everything below it along. */
export async function onInstitutionChanged(
  { table }: Pick<Deps, 'table'>,
  event: DomainEvent,
): Promise<void> {
  const { institutionId, moved } = institutionChanged.parse(event.data);
  if (moved) await placeBelow(table, institutionId);
}

/**
 * Brings the shared view of everything below into line, level by level. Always walks the whole subtree, so that
 * a second delivery finishes what a first one left. Children are read after their parent's place was written:
 * one created later was checked against that very place.
 */
async function placeBelow(table: Table, institutionId: string): Promise<void> {
  const top = await places.get(table, institutionId, { consistent: true });
  let level: readonly InstitutionPlace[] = top === undefined ? [] : [top];
  while (level.length > 0) {
    const tree = await readTree(table);
    const below: InstitutionPlace[] = [];
    for (const parent of level) {
      const children = tree.childrenOf(parent.institutionId).map((child) => child.institutionId);
      below.push(...(await placeChildren(table, parent, children)));
    }
    level = below;
  }
}

async function placeChildren(
  table: Table,
  parent: InstitutionPlace,
  institutionIds: readonly string[],
): Promise<readonly InstitutionPlace[]> {
  const ancestors = [parent.institutionId, ...parent.ancestors];
  const placed: InstitutionPlace[] = [];
  for (const child of await places.getMany(table, institutionIds, { consistent: true })) {
    if (child === undefined) continue;
    if (sameValue(child.ancestors, ancestors) || (await place(table, child, parent))) {
      placed.push({ ...child, ancestors });
    }
  }
  return placed;
}

/** False: the child or its parent has moved meanwhile, and that move's own event sees to it. */
async function place(table: Table, child: InstitutionPlace, parent: InstitutionPlace): Promise<boolean> {
  const ancestors = [parent.institutionId, ...parent.ancestors];
  const outcome = await table.transact([
    places.checkOperation(parent.institutionId, { ancestors: { eq: parent.ancestors } }),
    places.updateOperation(
      child.institutionId,
      { set: { ancestors } },
      { if: { parentId: parent.institutionId } },
    ),
  ]);
  return outcome.ok;
}
