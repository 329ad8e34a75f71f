import type * as z from 'zod/mini';
import { isParty, isSwitchedOn } from '../../shared/kernel/alliance.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { type allianceList, type allianceView, CAPABILITIES, type capabilityList } from './contracts.ts';
import type { DirectoryDeps } from './deps.ts';
import { directoryErrors } from './errors.ts';
import type { allianceSearch } from './requests.ts';
import { alliances } from './store.ts';

export async function listAlliances(
  deps: DirectoryDeps,
  { kind, institutionId }: z.output<typeof allianceSearch>,
): Promise<z.input<typeof allianceList>> {
  const list = await deps.cityLists.current();
  const today = dayOf(deps.clock.now());
  const found = list.alliances.filter(
    (alliance) =>
      (kind === undefined || alliance.kind === kind) &&
      (institutionId === undefined || isParty(alliance, institutionId, today)),
  );
  return { alliances: [...found] };
}

export async function showAlliance(
  deps: Pick<DirectoryDeps, 'table'>,
  allianceId: string,
): Promise<z.input<typeof allianceView>> {
  const alliance = await alliances.get(deps.table, allianceId);
  if (alliance === undefined) throw directoryErrors.refusal('ALLIANCE_NOT_FOUND');
  return alliance;
}

/** What is switched on between two institutions today, by whichever alliance both belong to. */
export async function showCapabilities(
  deps: DirectoryDeps,
  institutionId: string,
  other: string,
): Promise<z.input<typeof capabilityList>> {
  const list = await deps.cityLists.current();
  const today = dayOf(deps.clock.now());
  const shared = list.alliances.filter(
    (alliance) => isParty(alliance, institutionId, today) && isParty(alliance, other, today),
  );
  return {
    capabilities: CAPABILITIES.map((capability) => {
      const by = shared.filter((alliance) => isSwitchedOn(alliance, capability, [institutionId, other]));
      return { capability, enabled: by.length > 0, allianceIds: by.map(({ allianceId }) => allianceId) };
    }),
  };
}
