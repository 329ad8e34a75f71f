import { type ChangeDeps, states } from '../../../functions/directory/change.ts';
import {
  createInstitutions,
  MAX_CREATED_AT_ONCE,
  type NewInstitution,
} from '../../../functions/directory/create-institution.ts';
import { institutions } from '../../../functions/directory/store.ts';
import { updateInstitution } from '../../../functions/directory/update-institution.ts';
import type { RowOf } from './city-tables.ts';
import type { Loaded } from './load-row.ts';

type Row = RowOf<'institutions'>;

/** New ones go by whole groups of siblings: a county's 377 clinics in some twenty writes. */
export async function loadInstitutions(
  deps: ChangeDeps,
  parentsFirst: readonly Row[],
): Promise<Readonly<Record<Loaded, number>>> {
  const report = { created: 0, changed: 0, unchanged: 0 };
  const known = await institutions.getMany(
    deps.table,
    parentsFirst.map(({ institutionId }) => institutionId),
    { consistent: true },
  );
  const fresh = new Map<string | undefined, NewInstitution[]>();
  const changes: (() => Promise<unknown>)[] = [];
  for (const [index, row] of parentsFirst.entries()) {
    const { institutionId, parentId, ...facts } = row;
    const before = known[index];
    if (before === undefined) {
      fresh.set(parentId, [...(fresh.get(parentId) ?? []), { institutionId, facts }]);
      report.created += 1;
    } else if (states(before, { phone: undefined, ...row })) {
      report.unchanged += 1;
    } else {
      const placed = {
        institutionId,
        facts,
        version: before.version,
        ...(parentId === undefined ? {} : { parentId }),
      };
      changes.push(() => updateInstitution(deps, placed));
      report.changed += 1;
    }
  }
  // A group's parent stands in an earlier group: the rows came parents first.
  for (const [parentId, siblings] of fresh) {
    for (let from = 0; from < siblings.length; from += MAX_CREATED_AT_ONCE) {
      await createInstitutions(deps, parentId, siblings.slice(from, from + MAX_CREATED_AT_ONCE));
    }
  }
  for (const change of changes) await change();
  return report;
}
