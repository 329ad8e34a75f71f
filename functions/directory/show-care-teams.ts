import type * as z from 'zod/mini';
import { everyPage } from '../../shared/data/every-page.ts';
import type { careTeamList, careTeamView } from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { directoryErrors } from './errors.ts';
import { areaKey, areaTeams, type CareTeamId, careTeams, careTeamsOf } from './store.ts';

type Answer = z.input<typeof careTeamList>;

/** The active teams that take residents of a town (9 digits) or village (12). */
export async function findCareTeams(
  deps: Pick<DirectoryDeps, 'table'>,
  divisionCode: string,
): Promise<Answer> {
  const here = await everyPage(deps.table, areaTeams, {
    pk: areaKey(divisionCode.slice(0, 9)),
    limit: 1_000,
  });
  const found = await careTeams.getMany(deps.table, here);
  const serves = (code: string) => code.startsWith(divisionCode) || divisionCode.startsWith(code);
  return {
    careTeams: found
      .filter((team) => team !== undefined)
      .filter(({ active, serviceArea }) => active && serviceArea.some(serves)),
  };
}

export async function listCareTeams(
  deps: Pick<DirectoryDeps, 'table'>,
  institutionId: string,
): Promise<Answer> {
  // Those that were dissolved stay: any number of them may come first.
  const ever = await everyPage(deps.table, careTeams, { ...careTeamsOf(institutionId), limit: 1_000 });
  return { careTeams: ever.filter(({ active }) => active) };
}

export async function showCareTeam(
  deps: Pick<DirectoryDeps, 'table'>,
  id: CareTeamId,
): Promise<z.input<typeof careTeamView>> {
  const team = await careTeams.get(deps.table, id);
  if (team === undefined) throw directoryErrors.refusal('CARE_TEAM_NOT_FOUND');
  return team;
}
