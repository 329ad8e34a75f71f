import * as z from 'zod/mini';
import type { Key, Table, TransactOperation } from '../data/table.ts';

export const GROUPS_PREFIX = 'groups#';

function groupsKey(patientId: string): Key {
  return { pk: `${GROUPS_PREFIX}${patientId}`, sk: 'priority' };
}

/**
 * Which priority groups (重点人群) a resident is in, as codes: the shared view that follow-up opens plans by. Written by
 * signing alone, in the transaction that changes them; they are health data, so no event carries them.
 */
export function priorityGroupsOperation(patientId: string, groups: readonly string[]): TransactOperation {
  return { put: { ...groupsKey(patientId), groups } };
}

const stored = z.object({ groups: z.array(z.string()) });

/** Consistent; none where signing has recorded none. */
export async function readPriorityGroups(
  table: Pick<Table, 'get'>,
  patientId: string,
): Promise<readonly string[]> {
  const item = await table.get(groupsKey(patientId), { consistent: true });
  return item === undefined ? [] : stored.parse(item).groups;
}
