import { type ChangeDeps, changed, type Origin } from './change.ts';
import { commit } from './commit.ts';
import { directoryErrors } from './errors.ts';
import { childrenStep, eventData, listSteps, parentStep, recordStep } from './institution-steps.ts';
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
  /** Left out: the root of the tree, which only the city's loader lays. */
  readonly parentId?: string;
  readonly facts: InstitutionFacts;
}

/** Answers the one that is there when this id was created before. */
export async function createInstitution(
  deps: ChangeDeps,
  { institutionId, parentId, facts }: NewInstitution,
  origin: Origin = {},
): Promise<Institution> {
  const parent =
    parentId === undefined ? undefined : await usableParent(deps, parentId, institutionId, facts);
  const institution: Institution = {
    ...facts,
    institutionId,
    ...(parentId === undefined ? {} : { parentId }),
    active: true,
    version: 1,
  };
  const place: InstitutionPlace = {
    institutionId,
    ...(parentId === undefined ? {} : { parentId }),
    ancestors: parent === undefined ? [] : [parent.institutionId, ...parent.ancestors],
    level: facts.level,
    active: true,
  };
  const known = await institutions.get(deps.table, institutionId, { consistent: true });
  if (known !== undefined) return known;
  await commit(deps.table, [
    recordStep(institution, undefined, changed(deps, 'institution', eventData(institution, false), origin)),
    { operation: places.putOperation(institutionId, place) },
    ...(parent === undefined ? [] : [parentStep(parent)]),
    ...childrenStep(parentId, 1),
    ...listSteps(institution),
  ]);
  return institution;
}

async function usableParent(
  deps: ChangeDeps,
  parentId: string,
  institutionId: string,
  { level }: InstitutionFacts,
): Promise<InstitutionPlace | undefined> {
  const parent = await places.get(deps.table, parentId, { consistent: true });
  const path = [parentId, ...(parent?.ancestors ?? [])];
  const reasons = treeFaults({ institutionId, level, parent, path, childLevels: [] });
  if (reasons.length > 0) throw directoryErrors.refusal('TREE_BROKEN', { reasons });
  return parent;
}
