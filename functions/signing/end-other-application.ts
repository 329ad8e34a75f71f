import { SYSTEM } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { refuseWhilePaying } from './charges.ts';
import { ending } from './end-signing.ts';
import { readResident } from './residents.ts';
import { tryChange } from './signing-moves.ts';
import { type SigningId, signings } from './store.ts';
import { isEnded } from './transitions.ts';

/** Who has died leaves neither a contract nor an application behind. Doing it twice does nothing. */
export async function endOtherApplication(deps: Deps, { patientId }: SigningId): Promise<void> {
  const { holder, waiting } = await readResident(deps, patientId);
  for (const seat of [holder, waiting]) {
    if (seat === undefined) continue;
    const { signingId } = seat;
    const seen = await signings.get(deps.table, { patientId, signingId }, { consistent: true });
    if (seen === undefined || isEnded(seen)) continue;
    const change = await ending(deps, seen, { to: 'DECEASED', endedReason: 'DEATH_REPORTED' }, SYSTEM);
    if ((await tryChange(deps, seen, change, SYSTEM)) !== undefined) continue;
    await refuseWhilePaying(deps, seen);
    throw houseErrors.refusal('CONFLICT');
  }
}
