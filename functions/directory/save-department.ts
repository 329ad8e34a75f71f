import type { DomainEvent } from '../../shared/data/table.ts';
import { type ChangeDeps, changed, type Origin, requireVersion, states } from './change.ts';
import { commit, type Step } from './commit.ts';
import { directoryErrors } from './errors.ts';
import { usageFaults } from './rules.ts';
import {
  count,
  type Department,
  type DepartmentFacts,
  type DepartmentId,
  departments,
  places,
  unused,
} from './store.ts';

/** Opens a department in an active institution. Answers the one that is there when this id was created before. */
export async function createDepartment(
  deps: ChangeDeps,
  { institutionId, departmentId, facts }: DepartmentId & { readonly facts: DepartmentFacts },
  origin: Origin = {},
): Promise<Department> {
  const known = await departments.get(deps.table, { institutionId, departmentId }, { consistent: true });
  if (known !== undefined) return known;
  const department: Department = { ...facts, departmentId, institutionId, active: true, version: 1 };
  await commit(deps.table, [
    recordStep(deps, department, undefined, origin),
    institutionStep(institutionId),
    { operation: count({ institutionId }, 'departments', 1) },
  ]);
  return department;
}

/** Its service category stays while doctors work in it: their search entries and schedules are filed by it. */
export async function updateDepartment(
  deps: ChangeDeps,
  {
    institutionId,
    departmentId,
    version,
    facts,
  }: DepartmentId & { readonly version: number; readonly facts: DepartmentFacts },
  origin: Origin = {},
): Promise<Department> {
  const before = await existing(deps, { institutionId, departmentId });
  if (before.version === version + 1 && states(before, facts)) return before;
  requireVersion(before, version);
  const after: Department = {
    ...facts,
    departmentId,
    institutionId,
    active: before.active,
    version: version + 1,
  };
  await commit(deps.table, [
    ...(facts.serviceCategory === before.serviceCategory ? [] : [emptyStep(before)]),
    recordStep(deps, after, before, origin),
  ]);
  return after;
}

export async function setDepartmentActive(
  deps: ChangeDeps,
  {
    institutionId,
    departmentId,
    active,
    version,
  }: DepartmentId & { readonly active: boolean; readonly version: number },
  origin: Origin = {},
): Promise<Department> {
  const before = await existing(deps, { institutionId, departmentId });
  if (before.active === active) return before;
  requireVersion(before, version);
  const after: Department = { ...before, active, version: version + 1 };
  await commit(deps.table, [
    active ? institutionStep(institutionId) : emptyStep(before),
    recordStep(deps, after, before, origin),
    { operation: count({ institutionId }, 'departments', active ? 1 : -1) },
  ]);
  return after;
}

async function existing(deps: ChangeDeps, id: DepartmentId): Promise<Department> {
  const department = await departments.get(deps.table, id, { consistent: true });
  if (department === undefined) throw directoryErrors.refusal('DEPARTMENT_NOT_FOUND');
  return department;
}

function recordStep(
  deps: ChangeDeps,
  department: Department,
  before: Department | undefined,
  origin: Origin,
): Step {
  const event = changed(deps, 'department', eventData(department), origin);
  const condition = before === undefined ? { $exists: false } : { version: before.version };
  return { operation: departments.putOperation(department, department, { if: condition, event }) };
}

function institutionStep(institutionId: string): Step {
  return {
    operation: places.checkOperation(institutionId, { active: true }),
    refused: () => ({ code: 'PLACE_UNUSABLE', reasons: [directoryErrors.reason('INSTITUTION_INACTIVE')] }),
  };
}

function emptyStep(department: DepartmentId): Step {
  return {
    operation: unused(department, ['practitioners']),
    refused: (counts) => ({ code: 'IN_USE', reasons: usageFaults(counts ?? {}) }),
  };
}

function eventData(department: Department): DomainEvent['data'] {
  const { departmentId, institutionId, name, serviceCategory, place, active, version } = department;
  const shown = place === undefined ? {} : { place };
  return { departmentId, institutionId, name, serviceCategory, ...shown, active, version };
}
