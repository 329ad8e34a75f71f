import type { Deps } from '../../shared/deps.ts';
import { institutions } from './store.ts';

/** What the institutions of some reports are called, read at once; one that is not known by its id. */
export async function namesOf(
  { table }: Pick<Deps, 'table'>,
  reports: readonly { readonly institutionId: string }[],
): Promise<(institutionId: string) => string> {
  const ids = [...new Set(reports.map(({ institutionId }) => institutionId))];
  const found = await institutions.getMany(table, ids);
  const names = new Map(
    found.flatMap((copy) => (copy === undefined ? [] : [[copy.institutionId, copy.name]])),
  );
  return (institutionId) => names.get(institutionId) ?? institutionId;
}
