import type { DomainEvent } from '../../shared/data/table.ts';
import type { Step } from './commit.ts';
import {
  count,
  type Institution,
  type InstitutionPlace,
  institutions,
  type ListedInstitution,
  listed,
  listVersion,
  places,
} from './store.ts';

/** The city's list shows it as it is now. */
export function listStep(institution: Institution): Step {
  return { operation: listed.putOperation(institution.institutionId, rowOf(institution)) };
}

/** The list has changed; with `seen`, only if nobody else changed it since it was read. */
export function versionStep(seen?: number): Step {
  const condition = seen === undefined ? {} : { if: { version: seen } };
  return { operation: listVersion.updateOperation('list', { add: { version: 1 } }, condition) };
}

/** The record as it is now, made from the one of `before`. */
export function recordStep(
  institution: Institution,
  before: Institution | undefined,
  event: DomainEvent,
): Step {
  const condition = before === undefined ? { $exists: false } : { version: before.version };
  return {
    operation: institutions.putOperation(institution.institutionId, institution, { if: condition, event }),
  };
}

/** The parent is still as it was read: active, of that level, standing where it stood. */
export function parentStep({ institutionId, ancestors, level }: InstitutionPlace): Step {
  return {
    operation: places.checkOperation(institutionId, { active: true, level, ancestors: { eq: ancestors } }),
  };
}

export function childrenStep(parentId: string | undefined, by: number): readonly Step[] {
  if (parentId === undefined) return [];
  return [{ operation: count({ institutionId: parentId }, 'children', by) }];
}

function rowOf(institution: Institution): ListedInstitution {
  const { institutionId, name, level, kind, parentId, divisionCode, location, active } = institution;
  return {
    institutionId,
    name,
    level,
    kind,
    divisionCode,
    location,
    active,
    ...(parentId === undefined ? {} : { parentId }),
  };
}

export function eventData(institution: Institution, moved: boolean): DomainEvent['data'] {
  const { institutionId, parentId, name, level, kind, divisionCode, active, version } = institution;
  const parent = parentId === undefined ? {} : { parentId };
  return { institutionId, ...parent, name, level, kind, divisionCode, active, version, moved };
}
