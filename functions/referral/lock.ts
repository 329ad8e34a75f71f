import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { referralErrors } from './errors.ts';
import { locks, type Referral, referrals, type SpecialtyLock } from './store.ts';
import { ENDED, isEnded } from './transitions.ts';

/**
 * One open referral a patient and specialty. The lock names a referral and holds while that one is open: nobody has to
 * take it away when a referral ends, and whoever comes next takes it over in the transaction that proves the end.
 */

interface LockPlace {
  readonly patientId: string;
  readonly specialty: string;
}

/** Operations that take the lock, seen free or held by `before`. They fail where that one is open. */
export function lockFor(
  place: LockPlace,
  lock: SpecialtyLock,
  before: SpecialtyLock | undefined,
): readonly TransactOperation[] {
  if (before === undefined) return [locks.putOperation(place, lock, { if: { $exists: false } })];
  const { referralId } = before;
  return [
    locks.putOperation(place, lock, { if: { referralId } }),
    referrals.checkOperation({ patientId: place.patientId, referralId }, { status: { in: ENDED } }),
  ];
}

/** Operations by which an open referral goes over to another specialty. @throws Refusal OPEN_REFERRAL */
export async function movedLock(
  { table }: Pick<Deps, 'table'>,
  { patientId, referralId, specialty: old }: Pick<Referral, 'patientId' | 'referralId' | 'specialty'>,
  { specialty, requestKey }: { readonly specialty: string; readonly requestKey: string },
): Promise<readonly TransactOperation[]> {
  if (specialty === old) return [];
  const before = await locks.get(table, { patientId, specialty }, { consistent: true });
  if (before !== undefined) {
    const other = await referrals.get(
      table,
      { patientId, referralId: before.referralId },
      { consistent: true },
    );
    if (other === undefined || !isEnded(other))
      throw referralErrors.refusal('OPEN_REFERRAL', { context: { referralId: before.referralId } });
  }
  return [
    ...lockFor({ patientId, specialty }, { referralId, requestKey }, before),
    locks.deleteOperation({ patientId, specialty: old }, { if: { referralId } }),
  ];
}
