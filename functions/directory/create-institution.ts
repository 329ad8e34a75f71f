import { type ChangeDeps, changed, type Origin } from './change.ts';
import { commit, type Step } from './commit.ts';
import { directoryErrors } from './errors.ts';
import {
  childrenStep,
  eventData,
  listStep,
  parentStep,
  recordStep,
  versionStep,
} from './institution-steps.ts';
import { treeFaults } from './rules.ts';
import {
  type Institution,
  type InstitutionFacts,
  type InstitutionPlace,
  institutions,
  places,
} from './store.ts';

export interface NewInstitution {
  readonly institutionId: string;
  readonly facts: InstitutionFacts;
}

/** Three operations each, and three more for all of them: below a transaction's hundred. */
export const MAX_CREATED_AT_ONCE = 30;

/** Answers the one that is there when this id was created before. */
export async function createInstitution(
  deps: ChangeDeps,
  { parentId, ...institution }: NewInstitution & { readonly parentId?: string },
  origin: Origin = {},
): Promise<Institution> {
  const known = await institutions.get(deps.table, institution.institutionId, { consistent: true });
  if (known !== undefined) return known;
  const [created] = await createInstitutions(deps, parentId, [institution], origin);
  if (created === undefined) throw new Error('an institution was created and is not there');
  return created;
}

/**
 * Several new ones below one parent, all or none; a city's list has hundreds of clinics. Without a parent it is the
 * root of the tree, which only the city's loader lays.
 */
export async function createInstitutions(
  deps: ChangeDeps,
  parentId: string | undefined,
  siblings: readonly NewInstitution[],
  origin: Origin = {},
): Promise<readonly Institution[]> {
  const parent = parentId === undefined ? undefined : await usableParent(deps, parentId, siblings);
  const above = parent === undefined ? [] : [parent.institutionId, ...parent.ancestors];
  const created = siblings.map(
    ({ institutionId, facts }): Institution => ({
      ...facts,
      institutionId,
      ...(parentId === undefined ? {} : { parentId }),
      active: true,
      version: 1,
    }),
  );
  await commit(deps.table, [
    ...created.flatMap((institution) => creationSteps(deps, institution, above, origin)),
    ...(parent === undefined ? [] : [parentStep(parent)]),
    ...childrenStep(parentId, created.length),
    versionStep(),
  ]);
  return created;
}

function creationSteps(
  deps: ChangeDeps,
  institution: Institution,
  ancestors: readonly string[],
  origin: Origin,
): readonly Step[] {
  const { institutionId, parentId, level, active } = institution;
  const event = changed(deps, 'institution', eventData(institution, false), origin);
  const parent = parentId === undefined ? {} : { parentId };
  const place: InstitutionPlace = { institutionId, ...parent, ancestors, level, active };
  return [
    recordStep(institution, undefined, event),
    { operation: places.putOperation(institutionId, place) },
    listStep(institution),
  ];
}

async function usableParent(
  deps: ChangeDeps,
  parentId: string,
  siblings: readonly NewInstitution[],
): Promise<InstitutionPlace | undefined> {
  const parent = await places.get(deps.table, parentId, { consistent: true });
  const path = [parentId, ...(parent?.ancestors ?? [])];
  const reasons = siblings.flatMap(({ institutionId, facts: { level } }) =>
    treeFaults({ institutionId, level, parent, path, childLevels: [] }),
  );
  if (reasons.length > 0) throw directoryErrors.refusal('TREE_BROKEN', { reasons });
  return parent;
}
