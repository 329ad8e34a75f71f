import type { DomainEvent } from '../../shared/data/table.ts';
import { type ChangeDeps, changed, type Origin } from './change.ts';
import { commit, type Step } from './commit.ts';
import { directoryErrors } from './errors.ts';
import {
  areaTeams,
  type CareTeam,
  careTeams,
  count,
  type Practitioner,
  places,
  practitioners,
} from './store.ts';

/**
 * The only writer of care teams: the record with its event, its entries by town, the seats counted with its
 * doctors, and that each of them is still as `seated` was read.
 */
export async function writeCareTeam(
  deps: ChangeDeps,
  before: CareTeam | undefined,
  after: CareTeam,
  seated: readonly Practitioner[],
  origin: Origin,
): Promise<CareTeam> {
  const { institutionId, careTeamId } = after;
  const condition = before === undefined ? { $exists: false } : { version: before.version };
  const event = changed(deps, 'care-team', eventData(after), origin);
  const opens = after.active && before?.active !== true;
  const closes = !after.active && before?.active === true;
  await commit(deps.table, [
    { operation: careTeams.putOperation({ institutionId, careTeamId }, after, { if: condition, event }) },
    ...(opens ? [institutionStep(institutionId)] : []),
    ...(opens || closes ? [{ operation: count({ institutionId }, 'careTeams', opens ? 1 : -1) }] : []),
    ...seated.map(({ practitionerId, version }) => ({
      operation: practitioners.checkOperation(practitionerId, { version }),
    })),
    ...seatSteps(before, after),
    ...areaSteps(before, after),
  ]);
  return after;
}

function institutionStep(institutionId: string): Step {
  return {
    operation: places.checkOperation(institutionId, { active: true }),
    refused: () => ({ code: 'PLACE_UNUSABLE', reasons: [directoryErrors.reason('INSTITUTION_INACTIVE')] }),
  };
}

function seatSteps(before: CareTeam | undefined, after: CareTeam): readonly Step[] {
  const [were, are] = [doctorsOf(before), doctorsOf(after)];
  return [
    ...[...are].filter((id) => !were.has(id)).map((id) => seat(id, 1)),
    ...[...were].filter((id) => !are.has(id)).map((id) => seat(id, -1)),
  ];
}

function seat(practitionerId: string, by: 1 | -1): Step {
  return { operation: count({ practitionerId }, 'teamSeats', by) };
}

function doctorsOf(team: CareTeam | undefined): ReadonlySet<string> {
  return new Set(team?.active === true ? [team.leaderId, ...team.memberIds] : []);
}

function areaSteps(before: CareTeam | undefined, after: CareTeam): readonly Step[] {
  const { institutionId, careTeamId } = after;
  const [were, are] = [townsOf(before), townsOf(after)];
  return [
    ...[...are]
      .filter((town) => !were.has(town))
      .map((town) => ({
        operation: areaTeams.putOperation({ town, institutionId, careTeamId }, { institutionId, careTeamId }),
      })),
    ...[...were]
      .filter((town) => !are.has(town))
      .map((town) => ({ operation: areaTeams.deleteOperation({ town, institutionId, careTeamId }) })),
  ];
}

function townsOf(team: CareTeam | undefined): ReadonlySet<string> {
  return new Set(team?.active === true ? team.serviceArea.map((code) => code.slice(0, 9)) : []);
}

function eventData(team: CareTeam): DomainEvent['data'] {
  const { careTeamId, institutionId, name, leaderId, memberIds, serviceArea, capacity, active, version } =
    team;
  return { careTeamId, institutionId, name, leaderId, memberIds, serviceArea, capacity, active, version };
}
