import type { LoadedPeople } from '../../../functions/identity/load-people.ts';
import { registerSignings } from '../../../functions/signing/register-signings.ts';
import { SYSTEM } from '../../../shared/access/acting.ts';
import type { Deps } from '../../../shared/deps.ts';
import { dayOf } from '../../../shared/kernel/china-time.ts';
import { readCity } from './read-city.ts';

/**
 * The demo's signed residents, and their children, with the team that the files name: entered as a register on paper
 * is. The teams must be known to signing, so the directory's events come first.
 * @throws Error when one of them cannot be signed
 */
export async function loadSignings(
  deps: Deps,
  folder: string,
  residents: LoadedPeople['residents'],
): Promise<void> {
  const teams = new Map(readCity(folder).careTeams.map((team) => [team.careTeamId, team]));
  const signedOn = dayOf(deps.clock.now());
  const lines = residents.flatMap(({ signedTeamId, patientId, childIds }) => {
    const team = signedTeamId === undefined ? undefined : teams.get(signedTeamId);
    const divisionCode = team?.serviceArea[0];
    if (team === undefined || divisionCode === undefined) return [];
    const { careTeamId } = team;
    return [patientId, ...childIds].map((id) => ({
      patientId: id,
      careTeamId,
      divisionCode,
      groups: [],
      signedOn,
    }));
  });
  const answers = await registerSignings(deps, lines, SYSTEM);
  const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.code]));
  if (refused.length > 0) throw new Error(`the demo's signings are refused: ${refused.join()}`);
}
