import type { Reason } from '../../shared/kernel/errors.ts';
import { type ChangeDeps, type Origin, requireVersion, states } from './change.ts';
import { directoryErrors } from './errors.ts';
import {
  type CareTeam,
  type CareTeamFacts,
  type CareTeamId,
  careTeams,
  type Practitioner,
  practitioners,
} from './store.ts';
import { writeCareTeam } from './write-care-team.ts';

/** Answers the one that is there when this id was created before. */
export async function createCareTeam(
  deps: ChangeDeps,
  { institutionId, careTeamId, facts }: CareTeamId & { readonly facts: CareTeamFacts },
  origin: Origin = {},
): Promise<CareTeam> {
  const known = await careTeams.get(deps.table, { institutionId, careTeamId }, { consistent: true });
  if (known !== undefined) return known;
  const after: CareTeam = { ...facts, careTeamId, institutionId, active: true, version: 1 };
  return writeCareTeam(deps, undefined, after, await seatsOf(deps, after), origin);
}

export async function updateCareTeam(
  deps: ChangeDeps,
  {
    institutionId,
    careTeamId,
    version,
    facts,
  }: CareTeamId & { readonly version: number; readonly facts: CareTeamFacts },
  origin: Origin = {},
): Promise<CareTeam> {
  const before = await existing(deps, { institutionId, careTeamId });
  if (before.version === version + 1 && states(before, facts)) return before;
  requireVersion(before, version);
  const after: CareTeam = {
    ...facts,
    careTeamId,
    institutionId,
    active: before.active,
    version: version + 1,
  };
  return writeCareTeam(deps, before, after, after.active ? await seatsOf(deps, after) : [], origin);
}

/** Switching a team off frees its doctors; its signings are the signing context's to move. */
export async function setCareTeamActive(
  deps: ChangeDeps,
  {
    institutionId,
    careTeamId,
    active,
    version,
  }: CareTeamId & { readonly active: boolean; readonly version: number },
  origin: Origin = {},
): Promise<CareTeam> {
  const before = await existing(deps, { institutionId, careTeamId });
  if (before.active === active) return before;
  requireVersion(before, version);
  const after: CareTeam = { ...before, active, version: version + 1 };
  return writeCareTeam(deps, before, after, active ? await seatsOf(deps, after) : [], origin);
}

async function existing(deps: ChangeDeps, id: CareTeamId): Promise<CareTeam> {
  const team = await careTeams.get(deps.table, id, { consistent: true });
  if (team === undefined) throw directoryErrors.refusal('CARE_TEAM_NOT_FOUND');
  return team;
}

/** Rules team-leader and team-members, all broken ones at once. The write checks that nobody changed meanwhile. */
async function seatsOf(
  deps: ChangeDeps,
  { institutionId, leaderId, memberIds }: CareTeam,
): Promise<readonly Practitioner[]> {
  const [leader, ...members] = await practitioners.getMany(deps.table, [leaderId, ...memberIds], {
    consistent: true,
  });
  const reasons: Reason[] = [];
  const works = leader?.sites.some((site) => site.institutionId === institutionId) ?? false;
  if (leader?.active !== true || !leader.familyDoctor || !works) {
    reasons.push(directoryErrors.reason('LEADER_UNUSABLE', { practitionerId: leaderId }));
  }
  for (const [index, member] of members.entries()) {
    const practitionerId = memberIds[index] ?? '';
    if (member?.active !== true || practitionerId === leaderId) {
      reasons.push(directoryErrors.reason('MEMBER_UNUSABLE', { practitionerId }));
    }
  }
  if (reasons.length > 0) throw directoryErrors.refusal('TEAM_UNUSABLE', { reasons });
  return [leader, ...members].filter((each) => each !== undefined);
}
