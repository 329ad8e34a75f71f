import { INSTITUTION_LEVELS, stepOf } from '../../shared/kernel/institution-level.ts';
import { type ChangeDeps, changed, type Origin, requireVersion } from './change.ts';
import { commit, type Step } from './commit.ts';
import { directoryErrors } from './errors.ts';
import { childrenStep, eventData, listStep, recordStep, versionStep } from './institution-steps.ts';
import { type Tally, treeFaults, usageFaults } from './rules.ts';
import { type Institution, institutions, places, unused } from './store.ts';

const HANGING: readonly Tally[] = ['children', 'departments', 'practitioners', 'careTeams', 'alliancesLed'];

/** Switches an institution off, when nothing active hangs on it any more, or on again below an active parent. */
export async function setInstitutionActive(
  deps: ChangeDeps,
  {
    institutionId,
    active,
    version,
  }: { readonly institutionId: string; readonly active: boolean; readonly version: number },
  origin: Origin = {},
): Promise<Institution> {
  const before = await institutions.get(deps.table, institutionId, { consistent: true });
  if (before === undefined) throw directoryErrors.refusal('INSTITUTION_NOT_FOUND');
  if (before.active === active) return before;
  requireVersion(before, version);
  const after: Institution = { ...before, active, version: version + 1 };
  await commit(
    deps.table,
    [
      active ? parentUsable(before) : nothingHanging(institutionId),
      recordStep(after, before, changed(deps, 'institution', eventData(after, false), origin)),
      { operation: places.updateOperation(institutionId, { set: { active } }) },
      ...childrenStep(before.parentId, active ? 1 : -1),
      listStep(after),
      versionStep(),
    ].filter((step) => step !== undefined),
  );
  return after;
}

function nothingHanging(institutionId: string): Step {
  return {
    operation: unused({ institutionId }, HANGING),
    refused: (counts) => ({ code: 'IN_USE', reasons: usageFaults(counts ?? {}) }),
  };
}

/** The parent's level may have changed while nothing active stood below it. */
function parentUsable({ institutionId, parentId, level }: Institution): Step | undefined {
  if (parentId === undefined) return undefined;
  const notBelow = INSTITUTION_LEVELS.filter((each) => stepOf(each) >= stepOf(level));
  return {
    operation: places.checkOperation(parentId, { active: true, level: { in: notBelow } }),
    refused: (current) => {
      const parent = current && places.from(current);
      const reasons = treeFaults({ institutionId, level, parent, path: [], childLevels: [] });
      return { code: 'TREE_BROKEN', reasons };
    },
  };
}
