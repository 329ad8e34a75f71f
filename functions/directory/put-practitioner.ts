import { type ChangeDeps, type Origin, states } from './change.ts';
import { directoryErrors } from './errors.ts';
import { siteAt } from './practice-site.ts';
import { type Practitioner, type PractitionerFacts, practitioners } from './store.ts';
import { writePractitioner } from './write-practitioner.ts';

export interface StatedPractitioner {
  readonly practitionerId: string;
  readonly facts: PractitionerFacts;
  /** The first is where the doctor is registered. */
  readonly sites: readonly { readonly institutionId: string; readonly departmentId: string }[];
}

/** Brings a doctor to what a list of the city states, a change of registration included. */
export async function putPractitioner(
  deps: ChangeDeps,
  { practitionerId, facts, sites }: StatedPractitioner,
  origin: Origin = {},
): Promise<'created' | 'changed' | 'unchanged'> {
  const before = await practitioners.get(deps.table, practitionerId, { consistent: true });
  const [first, ...others] = await Promise.all(
    sites.map(({ institutionId, departmentId }) => siteAt(deps.table, institutionId, departmentId)),
  );
  if (first === undefined) throw directoryErrors.refusal('PLACE_UNUSABLE');
  const stated = { ...facts, sites: [first, ...others] as const };
  if (before !== undefined && states(before, { synthetic: undefined, ...stated })) return 'unchanged';
  const after: Practitioner = {
    ...stated,
    practitionerId,
    active: before?.active ?? true,
    version: (before?.version ?? 0) + 1,
  };
  await writePractitioner(deps, before, after, origin);
  return before === undefined ? 'created' : 'changed';
}
