import type * as z from 'zod/mini';
import { phoneKey } from '../../shared/access/phone-view.ts';
import type { Call, TimerHandler } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { type Acting, accessTo, audited, residentOf, system } from './acting.ts';
import type { delegateParams, patientParams } from './contracts.ts';
import { retriedWhenLost } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { accountWithout, type EndReason, endedRelation, patientWithout } from './relations.ts';
import { activeAccount, type Link, links, PHONE, patientOf } from './store.ts';

type Done = { readonly done: true };

/** The account no longer acts for a child or a family member. Its own person stays: only deactivation ends that. */
export async function removePatient(
  deps: IdentityDeps,
  call: Call<z.output<typeof patientParams>>,
): Promise<Done> {
  const { accountId } = await activeAccount(deps, residentOf(call).accountId);
  return end(deps, call, { accountId, patientId: call.params.patientId, kinds: ['GUARDIAN', 'FAMILY'] });
}

/** The person acted for takes the right back. A minor's guardian is not theirs to remove. */
export async function endDelegation(
  deps: IdentityDeps,
  call: Call<z.output<typeof delegateParams>>,
): Promise<Done> {
  const { patientId } = await activeAccount(deps, residentOf(call).accountId);
  if (patientId === undefined) throw identityErrors.refusal('NOT_VERIFIED');
  return end(deps, call, { accountId: call.params.accountId, patientId, kinds: ['FAMILY'] });
}

function end(
  deps: IdentityDeps,
  acting: Acting,
  {
    accountId,
    patientId,
    kinds,
  }: Pick<Link, 'accountId' | 'patientId'> & { readonly kinds: readonly Link['kind'][] },
): Promise<Done> {
  return retriedWhenLost(async () => {
    const link = await links.get(deps.table, { accountId, patientId }, { consistent: true });
    if (link === undefined || !kinds.includes(link.kind)) {
      throw identityErrors.refusal('RELATION_NOT_FOUND');
    }
    if (link.status === 'ENDED') return { done: true } as const;
    return (await ended(deps, acting, link, 'WITHDRAWN')) ? ({ done: true } as const) : undefined;
  });
}

async function ended(deps: Deps, acting: Acting, link: Link, reason: EndReason): Promise<boolean> {
  const { accountId, patientId } = link;
  // An adult is not called by a phone that was given for the child: it is the guardian's.
  const isOthers = reason === 'ADULT' && (await patientOf(deps, patientId)).phoneOfOthers === true;
  const outcome = await deps.table.transact([
    ...endedRelation(deps, acting, link, reason),
    accountWithout(accountId, link),
    patientWithout(patientId, [link], isOthers ? { more: PHONE, if: { phoneOfOthers: true } } : {}),
    ...(isOthers ? [{ delete: phoneKey(patientId) }] : []),
    audited(deps, accessTo(deps, acting, { patientId, action: 'WRITE', purpose: reason.toLowerCase() })),
  ]);
  return outcome.ok;
}

/** G1 and the lapse of family relations. Access rules see `until` by themselves: this tidies and tells. */
export async function relationEnds(deps: Deps, { item }: Parameters<TimerHandler>[1]): Promise<void> {
  const link = links.from(item);
  const current = await links.get(deps.table, link, { consistent: true });
  const isDue = current?.until !== undefined && current.until <= instant(deps.clock);
  if (current?.status !== 'ACTIVE' || !isDue) return;
  if (!(await ended(deps, system, current, current.kind === 'GUARDIAN' ? 'ADULT' : 'LAPSED'))) {
    // A person ended or prolonged it just now; the sweep comes again if it is still due.
    throw new Error('a relation changed while it lapsed');
  }
}
