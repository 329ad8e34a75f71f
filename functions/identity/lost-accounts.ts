import { phoneKey } from '../../shared/access/phone-view.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { openedAccountPhone } from './account-phone.ts';
import type { Acting } from './acting.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { openedPhone } from './patient-record.ts';
import { endedRelation, patientWithout } from './relations.ts';
import { type Account, accounts, type Link, PHONE, patients } from './store.ts';

/**
 * Whoever holds a lost or taken account acts neither as the person nor, in the person's place, for the family. The
 * person's side is the grant's own write.
 */
export async function endedAccounts(
  deps: IdentityDeps,
  acting: Acting,
  patientId: string,
  ending: readonly Pick<Link, 'accountId'>[],
): Promise<TransactOperation[]> {
  const ids = ending.map(({ accountId }) => accountId);
  const found = await accounts.getMany(deps.table, ids, { consistent: true });
  const lost = found.filter((account) => account !== undefined);
  const own = lost.map(({ accountId }) => ({ accountId, patientId, kind: 'SELF' as const }));
  const others = lost.flatMap(({ accountId, family }) =>
    Object.entries(family).map(([id, kind]) => ({ accountId, patientId: id, kind })),
  );
  // Two of the accounts may have acted for one child.
  const sides = Map.groupBy(others, (link) => link.patientId);
  const withLostPhone = await patientsWithPhoneOf(deps, lost, sides.keys());
  return [
    ...[...own, ...others].flatMap((link) => endedRelation(deps, acting, link, 'CLAIMED')),
    ...lost.map(({ accountId, family }) =>
      accounts.updateOperation(
        accountId,
        { set: { family: {} }, remove: ['patientId'] },
        // A relation begun since it was read would outlive the claim.
        { if: { family: { eq: family } } },
      ),
    ),
    ...Array.from(sides, ([id, ended]) =>
      patientWithout(id, ended, withLostPhone.has(id) ? { more: PHONE } : {}),
    ),
    ...Array.from(withLostPhone, (id) => ({ delete: phoneKey(id) })),
  ];
}

/** Of these minors, those for whom one of the accounts gave its phone: it must neither ring for them nor prove anything. */
async function patientsWithPhoneOf(
  deps: IdentityDeps,
  lost: readonly Account[],
  patientIds: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const phones = await Promise.all(lost.map((account) => openedAccountPhone(deps, account)));
  const found = await patients.getMany(deps.table, [...patientIds], { consistent: true });
  const known = found.flatMap((patient) => (patient?.phoneOfOthers === true ? [patient] : []));
  const theirs = await Promise.all(known.map((patient) => openedPhone(deps, patient)));
  const ids = known.filter((_, index) => theirs[index] !== undefined && phones.includes(theirs[index]));
  return new Set(ids.map(({ patientId }) => patientId));
}
