import type { LoadedPeople } from '../../../functions/identity/load-people.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import type { Deps } from '../../../shared/deps.ts';
import { instant } from '../../../shared/kernel/clock.ts';
import { readCity } from './read-city.ts';

/**
 * Until signing is a context of its own the demo's signed residents are data: each doctor of the team stands in
 * the relation SIGNED to the resident and the resident's children.
 */
export async function loadSignings(
  deps: Deps,
  folder: string,
  residents: LoadedPeople['residents'],
): Promise<void> {
  const teams = new Map(readCity(folder).careTeams.map((team) => [team.careTeamId, team]));
  const since = instant(deps.clock);
  for (const { signedTeamId, patientId, childIds } of residents) {
    const team = signedTeamId === undefined ? undefined : teams.get(signedTeamId);
    if (team === undefined) continue;
    for (const holderId of [team.leaderId, ...team.memberIds]) {
      for (const id of [patientId, ...childIds]) {
        await deps.table.put(relationItem({ patientId: id, kind: 'SIGNED', holderId, since }));
      }
    }
  }
}
