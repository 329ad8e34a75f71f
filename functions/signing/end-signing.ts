import type { Doer } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { endCharge } from './charges.ts';
import type { EndReason } from './codes.ts';
import { closeRelations } from './relations.ts';
import { changeResident, readResident, without } from './residents.ts';
import type { Change } from './signing-moves.ts';
import type { Signing } from './store.ts';
import { leavePlace } from './teams.ts';
import { isPending, type SigningStatus } from './transitions.ts';

export interface Ending {
  readonly to: SigningStatus;
  readonly endedReason: EndReason;
  readonly set?: Change['set'];
  readonly along?: Change['along'];
}

/**
 * The end of a signing, whole or not at all: its place is free, the resident is nobody's (or still the team's whose
 * contract is in force), the relations are closed, nothing is left to pay.
 */
export async function ending(
  deps: Deps,
  seen: Signing,
  { to, endedReason, set, along = [] }: Ending,
  doer: Doer,
): Promise<Change> {
  const resident = await readResident(deps, seen.patientId);
  const seat = isPending(seen) ? 'waiting' : 'holder';
  const charge = endCharge(deps, seen, { refunds: to === 'TERMINATED' || to === 'DECEASED' }, doer);
  const died = to === 'DECEASED' ? { deceased: true } : {};
  return {
    to,
    endedReason,
    set: { ...set, ...charge.set },
    along: [
      ...along,
      ...charge.along,
      leavePlace(seen),
      ...(resident[seat]?.signingId === seen.signingId
        ? changeResident(resident, { ...without(resident, seat), ...died })
        : []),
      ...closeRelations(seen),
    ],
  };
}
