import type { DomainEvent } from '../../shared/data/table.ts';
import { type ChangeDeps, changed, type Origin, states } from './change.ts';
import { commit, type Step } from './commit.ts';
import { directoryErrors } from './errors.ts';
import { usageFaults } from './rules.ts';
import { entriesOf } from './search-entries.ts';
import {
  count,
  departments,
  entries,
  type Practitioner,
  places,
  practitioners,
  type Site,
  unused,
} from './store.ts';

/**
 * The only writer of practitioners: the record with its event, its search entries and the counts of where the
 * doctor works, in one transaction (at most 90 operations at three sites and eight tags).
 */
export async function writePractitioner(
  deps: ChangeDeps,
  before: Practitioner | undefined,
  after: Practitioner,
  origin: Origin,
): Promise<Practitioner> {
  const condition = before === undefined ? { $exists: false } : { version: before.version };
  const event = changed(deps, 'practitioner', eventData(after), origin);
  const worked = before?.active === true ? before.sites : [];
  const works = after.active ? after.sites : [];
  const begun = works.filter((site) => !worked.some((other) => sameSite(site, other)));
  const ended = worked.filter((site) => !works.some((other) => sameSite(site, other)));
  await commit(deps.table, [
    { operation: practitioners.putOperation(after.practitionerId, after, { if: condition, event }) },
    ...begun.flatMap(usableSteps),
    ...countSteps(begun, ended),
    ...(freesSeats(before, after) ? [seatsStep(after.practitionerId)] : []),
    ...entrySteps(before, after),
  ]);
  return after;
}

function sameSite(one: Site, other: Site): boolean {
  return one.institutionId === other.institutionId && one.departmentId === other.departmentId;
}

/** A site begins only where institution and department are active, the department for the category it was read with. */
function usableSteps({ institutionId, departmentId, serviceCategory }: Site): readonly Step[] {
  return [
    {
      operation: places.checkOperation(institutionId, { active: true }),
      refused: () => ({
        code: 'PLACE_UNUSABLE',
        reasons: [directoryErrors.reason('INSTITUTION_INACTIVE', { institutionId })],
      }),
    },
    {
      operation: departments.checkOperation(
        { institutionId, departmentId },
        { active: true, serviceCategory },
      ),
      refused: () => ({
        code: 'PLACE_UNUSABLE',
        reasons: [directoryErrors.reason('DEPARTMENT_INACTIVE', { departmentId })],
      }),
    },
  ];
}

/** A move between two departments of one institution leaves the institution's count alone. */
function countSteps(begun: readonly Site[], ended: readonly Site[]): readonly Step[] {
  const stays = (site: Site, others: readonly Site[]) =>
    others.some(({ institutionId }) => institutionId === site.institutionId);
  return [
    ...begun.map((site) => ({ operation: count(site, 'practitioners', 1) })),
    ...ended.map((site) => ({ operation: count(site, 'practitioners', -1) })),
    ...begun
      .filter((site) => !stays(site, ended))
      .map(({ institutionId }) => ({ operation: count({ institutionId }, 'practitioners', 1) })),
    ...ended
      .filter((site) => !stays(site, begun))
      .map(({ institutionId }) => ({ operation: count({ institutionId }, 'practitioners', -1) })),
  ];
}

/** A doctor of a care team keeps what the team was formed on: being active, a family doctor, and every site. */
function freesSeats(before: Practitioner | undefined, after: Practitioner): boolean {
  if (before === undefined) return false;
  const left = before.sites.some(
    ({ institutionId }) => !after.sites.some((site) => site.institutionId === institutionId),
  );
  return (before.active && !after.active) || (before.familyDoctor && !after.familyDoctor) || left;
}

function seatsStep(practitionerId: string): Step {
  return {
    operation: unused({ practitionerId }, ['teamSeats']),
    refused: (counts) => ({ code: 'IN_USE', reasons: usageFaults(counts ?? {}) }),
  };
}

function entrySteps(before: Practitioner | undefined, after: Practitioner): readonly Step[] {
  const stale = new Map(
    (before === undefined ? [] : entriesOf(before)).map((entry) => [nameOf(entry.key), entry]),
  );
  const steps: Step[] = [];
  for (const { key, card } of entriesOf(after)) {
    const known = stale.get(nameOf(key));
    stale.delete(nameOf(key));
    if (!states(known?.card ?? {}, card)) steps.push({ operation: entries.putOperation(key, card) });
  }
  for (const { key } of stale.values()) steps.push({ operation: entries.deleteOperation(key) });
  return steps;
}

function nameOf({ pk, sk }: { readonly pk: string; readonly sk: string }): string {
  return `${pk} ${sk}`;
}

function eventData(practitioner: Practitioner): DomainEvent['data'] {
  const { practitionerId, name, title, familyDoctor, active, version } = practitioner;
  const sites = practitioner.sites.map(({ institutionId, departmentId, serviceCategory }) => ({
    institutionId,
    departmentId,
    serviceCategory,
  }));
  return { practitionerId, ...sites[0], name, title, familyDoctor, sites, active, version };
}
