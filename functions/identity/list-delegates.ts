import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import { residentOf } from './acting.ts';
import type { delegates } from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { openedPerson } from './patient-record.ts';
import { isInForce } from './relations.ts';
import { accounts, activeAccount, type Link, links, patientOf } from './store.ts';

type Delegates = z.input<typeof delegates>;

/** Who may act for this account's own person. */
export async function listDelegates(deps: IdentityDeps, call: Call): Promise<Delegates> {
  const { patientId } = await activeAccount(deps, residentOf(call).accountId);
  if (patientId === undefined) throw identityErrors.refusal('NOT_VERIFIED');
  const patient = await patientOf(deps, patientId);
  const ids = Object.keys(patient.delegates).map((accountId) => ({ accountId, patientId }));
  const found = await links.getMany(deps.table, ids, { consistent: true });
  const now = instant(deps.clock);
  const inForce = found.filter((link) => link !== undefined && isInForce(link, now));
  return { delegates: (await Promise.all(inForce.map((link) => delegateOf(deps, link)))).flat() };
}

async function delegateOf(deps: IdentityDeps, link: Link | undefined): Promise<Delegates['delegates']> {
  if (link === undefined || link.kind === 'SELF') return [];
  const { accountId, kind, since, until } = link;
  const account = await accounts.get(deps.table, accountId, { consistent: true });
  const person =
    account?.patientId === undefined
      ? undefined
      : await openedPerson(deps, await patientOf(deps, account.patientId));
  return [
    {
      accountId,
      name: maskName(person?.name ?? ''),
      relation: kind,
      since,
      ...(until === undefined ? {} : { until }),
    },
  ];
}
