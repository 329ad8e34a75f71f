import { houseErrors, type Reason } from '../../shared/kernel/errors.ts';
import { type ChangeDeps, changed, type Origin, requireVersion, states } from './change.ts';
import { readTree } from './city-list.ts';
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
import { countyOf, treeFaults } from './rules.ts';
import { type Institution, type InstitutionFacts, institutions, places } from './store.ts';

export interface InstitutionChange {
  readonly institutionId: string;
  readonly version: number;
  readonly facts: InstitutionFacts;
  /** Left out: stays where it is. */
  readonly parentId?: string;
}

/** New facts, and perhaps another place in the tree. A repeat of the last change answers what that made. */
export async function updateInstitution(
  deps: ChangeDeps,
  { institutionId, version, facts, parentId: asked }: InstitutionChange,
  origin: Origin = {},
): Promise<Institution> {
  const before = await institutions.get(deps.table, institutionId, { consistent: true });
  if (before === undefined) throw directoryErrors.refusal('INSTITUTION_NOT_FOUND');
  const parentId = asked ?? before.parentId;
  if (before.version === version + 1 && states(before, { ...facts, parentId })) return before;
  requireVersion(before, version);
  const after: Institution = {
    ...facts,
    institutionId,
    ...(parentId === undefined ? {} : { parentId }),
    active: before.active,
    version: version + 1,
  };
  const { seenVersion, steps } = await placing(deps, before, after);
  const event = changed(deps, 'institution', eventData(after, parentId !== before.parentId), origin);
  await commit(deps.table, [
    recordStep(after, before, event),
    listStep(after),
    versionStep(seenVersion),
    ...steps,
  ]);
  return after;
}

interface Placing {
  /** The list's version the rules were checked on; undefined: the change touches no rule of the tree. */
  readonly seenVersion: number | undefined;
  readonly steps: readonly Step[];
}

/**
 * The rules are checked on the parent links of the whole tree, and the list's version must not have moved on
 * when the change is written: two moves at once could otherwise tie a knot that neither of them sees.
 */
async function placing(deps: ChangeDeps, before: Institution, after: Institution): Promise<Placing> {
  const { institutionId, parentId, level } = after;
  const county = countyOf(after.divisionCode) === countyOf(before.divisionCode);
  const reasons: Reason[] = county ? [] : [directoryErrors.reason('COUNTY_FIXED')];
  const stays = parentId === before.parentId && level === before.level;
  const tree = stays ? undefined : await readTree(deps.table);
  if (tree !== undefined) {
    const children = tree.childrenOf(institutionId).filter(({ active }) => active);
    reasons.push(
      ...treeFaults({
        institutionId,
        level,
        parent: parentId === undefined ? 'root' : tree.institutions.get(parentId),
        path: parentId === undefined ? [] : [parentId, ...tree.ancestorsOf(parentId)],
        childLevels: children.map((child) => child.level),
      }),
    );
  }
  if (reasons.length > 0) throw directoryErrors.refusal('TREE_BROKEN', { reasons });
  return { seenVersion: tree?.version, steps: stays ? [] : await placeSteps(deps, before, after) };
}

async function placeSteps(
  deps: ChangeDeps,
  before: Institution,
  after: Institution,
): Promise<readonly Step[]> {
  const { institutionId, parentId, level } = after;
  if (parentId === undefined || parentId === before.parentId) {
    return [{ operation: places.updateOperation(institutionId, { set: { level } }) }];
  }
  const parent = await places.get(deps.table, parentId, { consistent: true });
  if (parent === undefined) throw houseErrors.refusal('CONFLICT');
  const ancestors = [parentId, ...parent.ancestors];
  return [
    { operation: places.updateOperation(institutionId, { set: { level, parentId, ancestors } }) },
    parentStep(parent),
    ...(before.active ? [...childrenStep(before.parentId, -1), ...childrenStep(parentId, 1)] : []),
  ];
}
