import type { Doer } from '../../shared/access/acting.ts';
import { relationKey } from '../../shared/access/care-relations.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Answer } from './store.ts';

const KINDS = ['SELF', 'GUARDIAN', 'FAMILY'] as const;

/** In which relation a resident answers for the patient: kept with the answer. Empty for staff. */
export async function relationOf(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  patientId: string,
  { by, institutionId }: Doer,
): Promise<Pick<Answer, 'relation'>> {
  if (institutionId !== undefined) return {};
  const keys = KINDS.map((kind) => relationKey({ patientId, kind, holderId: by }));
  const found = await table.getMany(keys, { consistent: true });
  const now = instant(clock);
  const relation = KINDS.find((_, index) => {
    const until = found[index]?.['until'];
    return found[index] !== undefined && (until === undefined || String(until) > now);
  });
  return relation === undefined ? {} : { relation };
}
