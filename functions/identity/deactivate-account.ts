import { openidKey } from '../../shared/access/openid-view.ts';
import { phoneKey } from '../../shared/access/phone-view.ts';
import type { Call } from '../../shared/context.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { accessTo, audited, residentOf, tracing } from './acting.ts';
import { retriedWhenLost } from './enrol-patient.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { accountWithout, endedRelation, patientWithout } from './relations.ts';
import { statesBefore } from './rules.ts';
import { raisedVersion } from './sessions.ts';
import {
  type Account,
  accounts,
  activeAccount,
  type Link,
  openids,
  type Patient,
  patientOf,
} from './store.ts';

/**
 * D1 Deactivation (注销) restricts and does not erase (PIPL article 47 against 15 years of retention [R]): no session,
 * no relation, no way in by this openid any more; the record and its audit stay. A later login with the same WeChat
 * makes a new account. One transaction, so that half a deactivation does not exist.
 */
export function deactivateAccount(deps: IdentityDeps, call: Call): Promise<{ done: true }> {
  return retriedWhenLost(async () => {
    const account = await activeAccount(deps, residentOf(call).accountId);
    const { accountId, openidBlind } = account;
    const outcome = await deps.table.transact([
      accounts.updateOperation(
        accountId,
        { set: { status: 'DEACTIVATED', deactivatedAt: instant(deps.clock) } },
        {
          if: {
            status: { in: statesBefore('account', 'DEACTIVATED') },
            // A relation begun since it was read would outlive the account.
            patientId: account.patientId ?? { exists: false },
            family: { eq: account.family },
          },
          event: eventFor(deps, 'identity.account-deactivated', { data: { accountId }, ...tracing(call) }),
        },
      ),
      raisedVersion(accountId),
      openids.deleteOperation(openidBlind),
      { delete: openidKey(accountId) },
      { delete: phoneKey(accountId) },
      ...(await endingsOf(deps, call, account)),
    ]);
    return outcome.ok ? { done: true } : undefined;
  });
}

type Ending = Pick<Link, 'accountId' | 'patientId' | 'kind'>;

async function endingsOf(deps: IdentityDeps, call: Call, account: Account): Promise<TransactOperation[]> {
  const { accountId, patientId, family } = account;
  const others: Ending[] = Object.entries(family).map(([id, kind]) => ({ accountId, patientId: id, kind }));
  const operations = others.flatMap((ending) => [
    ...endedRelation(deps, call, ending, 'DEACTIVATED'),
    patientWithout(ending.patientId, [ending]),
  ]);
  if (patientId === undefined) return operations;
  const own: Ending = { accountId, patientId, kind: 'SELF' };
  const patient = await patientOf(deps, patientId);
  const delegates = delegatesThatEnd(patient, own);
  return [
    ...operations,
    ...endedRelation(deps, call, own, 'DEACTIVATED'),
    ...delegates.flatMap((ending) => [
      ...endedRelation(deps, call, ending, 'DEACTIVATED'),
      accountWithout(ending.accountId, ending),
    ]),
    // Whoever was let in since it was read would stay.
    patientWithout(patientId, [own, ...delegates], {
      if: { owners: { eq: patient.owners }, delegates: { eq: patient.delegates } },
    }),
    audited(deps, accessTo(deps, call, { patientId, action: 'WRITE', purpose: 'deactivation' })),
  ];
}

/** Who was let in by this person loses it, unless the person has another account; a minor's guardian stays. */
function delegatesThatEnd({ owners, delegates }: Patient, { accountId, patientId }: Ending): Ending[] {
  if (Object.keys(owners).some((owner) => owner !== accountId)) return [];
  return Object.entries(delegates)
    .filter(([, kind]) => kind === 'FAMILY')
    .map(([id, kind]) => ({ accountId: id, patientId, kind }));
}
