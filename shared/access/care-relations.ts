import type { Item, Key, Table } from '../data/table.ts';

/**
 * Who stands in which relation to a patient: the shared view that access rules read.
 * identity writes SELF, GUARDIAN and FAMILY (holder: account), signing writes SIGNED (holder: practitioner),
 * referral writes REFERRAL (holder: institution).
 */
export type CareRelationKind = 'SELF' | 'GUARDIAN' | 'FAMILY' | 'SIGNED' | 'REFERRAL';

export interface CareRelation {
  readonly patientId: string;
  readonly kind: CareRelationKind;
  readonly holderId: string;
  /** Instant, UTC ISO. */
  readonly since: string;
  /** Instant, UTC ISO, exclusive; left out: until it is deleted. */
  readonly until?: string;
}

export const RELATION_PREFIX = 'relation#';

export function relationKey({
  patientId,
  kind,
  holderId,
}: Pick<CareRelation, 'patientId' | 'kind' | 'holderId'>): Key {
  return { pk: `${RELATION_PREFIX}${patientId}`, sk: `${kind}#${holderId}` };
}

/** The item to put; deleting `relationKey` ends the relation. */
export function relationItem(relation: CareRelation): Item {
  const { until, ...rest } = relation;
  return { ...relationKey(relation), ...rest, ...(until === undefined ? {} : { until }) };
}

/**
 * Whether one of the relations stands now. Read consistently: a revoked relation opens nothing. Each read costs a unit
 * whether there is one or not, and nearly all who ask stand in the first: the others are read when that one does not.
 */
export async function hasRelation(
  table: Table,
  [first, ...others]: readonly Pick<CareRelation, 'patientId' | 'kind' | 'holderId'>[],
  at: string,
): Promise<boolean> {
  if (first === undefined) return false;
  if (stands(await table.get(relationKey(first), { consistent: true }), at)) return true;
  const items = await table.getMany(others.map(relationKey), { consistent: true });
  return items.some((item) => stands(item, at));
}

function stands(item: Item | undefined, at: string): boolean {
  return item !== undefined && (item['until'] === undefined || String(item['until']) > at);
}
