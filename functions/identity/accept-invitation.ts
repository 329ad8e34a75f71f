import type * as z from 'zod/mini';
import { relationItem } from '../../shared/access/care-relations.ts';
import type { Call } from '../../shared/context.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { instantAfter } from '../../shared/kernel/duration.ts';
import { accessTo, audited, residentOf } from './acting.ts';
import { countAttempt } from './attempts.ts';
import { refuseOverLimits } from './claim-patient.ts';
import { consentTo } from './consent.ts';
import type { acceptance, acceptanceRequest } from './contracts.ts';
import { retriedWhenLost } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { isInForce, patientSide, RELATION_ENDS, startedRelation } from './relations.ts';
import { statesBefore } from './rules.ts';
import { blinds } from './sealing.ts';
import {
  type Account,
  accounts,
  activeAccount,
  type Invitation,
  invitations,
  links,
  patientOf,
} from './store.ts';

type Acceptance = z.input<typeof acceptance>;

/**
 * F1 An adult is acted for only after accepting in person, from a verified account; either side ends it at any time,
 * and it lapses by policy. Accepting a new invitation prolongs it.
 */
export async function acceptInvitation(
  deps: IdentityDeps,
  call: Call<undefined, undefined, z.output<typeof acceptanceRequest>>,
): Promise<Acceptance> {
  const account = await activeAccount(deps, residentOf(call).accountId);
  const { patientId } = account;
  if (patientId === undefined) throw identityErrors.refusal('NOT_VERIFIED');
  consentTo(deps, call.body.noticeVersion);
  await countAttempt(deps, account.accountId);
  return retriedWhenLost(async () => {
    const found = await findInvitation(deps, call.body.code);
    if (found === undefined) throw identityErrors.refusal('INVITATION_UNUSABLE');
    const accepted = await alreadyAccepted(deps, found, account);
    if (accepted !== undefined) return accepted;
    return accept(deps, call, found, { accountId: account.accountId, patientId });
  });
}

type Found = Invitation & { readonly blind: string };

async function findInvitation(deps: IdentityDeps, code: string): Promise<Found | undefined> {
  const candidates = await blinds(deps, 'code', code);
  const found = await invitations.getMany(deps.table, candidates, { consistent: true });
  const index = found.findIndex((invitation) => invitation !== undefined);
  const [invitation, blind] = [found[index], candidates[index]];
  return invitation === undefined || blind === undefined ? undefined : { ...invitation, blind };
}

async function alreadyAccepted(
  deps: IdentityDeps,
  invitation: Found,
  { accountId, patientId = '' }: Account,
): Promise<Acceptance | undefined> {
  if (invitation.status === 'OPEN' && invitation.validUntil > instant(deps.clock)) return undefined;
  const link =
    invitation.acceptedBy === accountId
      ? await links.get(deps.table, { accountId: invitation.accountId, patientId }, { consistent: true })
      : undefined;
  if (link?.until === undefined || !isInForce(link, instant(deps.clock))) {
    throw identityErrors.refusal('INVITATION_UNUSABLE');
  }
  return { delegateAccountId: invitation.accountId, until: link.until };
}

async function accept(
  deps: IdentityDeps,
  call: Call,
  invitation: Found,
  accepter: { readonly accountId: string; readonly patientId: string },
): Promise<Acceptance | undefined> {
  const { accountId: delegateAccountId, kinship, blind } = invitation;
  const { patientId } = accepter;
  const policy = policyToday(deps);
  const now = instant(deps.clock);
  const until = instantAfter(now, `P${policy.familyRelationMonths}M`);
  const delegate = await activeDelegate(deps, delegateAccountId);
  if (delegate.patientId === patientId || delegateAccountId === accepter.accountId) {
    throw identityErrors.refusal('OWN_ID_NUMBER');
  }
  const relation = { accountId: delegateAccountId, patientId, kind: 'FAMILY', kinship, until } as const;
  const link = await links.get(deps.table, relation, { consistent: true });
  const holds = link !== undefined && isInForce(link, now);
  // A minor's guardian needs no invitation.
  if (holds && link.kind !== 'FAMILY') return { delegateAccountId, until: link.until ?? until };
  const outcome = await deps.table.transact([
    // Deactivated meanwhile, the person lets nobody in any more.
    accounts.checkOperation(accepter.accountId, { status: 'ACTIVE', patientId }),
    invitations.updateOperation(
      blind,
      { set: { status: 'ACCEPTED', acceptedBy: accepter.accountId } },
      { if: { status: { in: statesBefore('invitation', 'ACCEPTED') } } },
    ),
    ...(holds
      ? prolonged({ ...relation, since: link.since })
      : [...startedRelation(deps, call, relation, policy), patientSide(deps, relation, policy)]),
    audited(deps, accessTo(deps, call, { patientId, action: 'WRITE', purpose: 'self' })),
  ]);
  if (outcome.ok) return { delegateAccountId, until };
  await activeAccount(deps, accepter.accountId);
  refuseOverLimits(policy, delegate, await patientOf(deps, patientId), 'FAMILY');
  return undefined;
}

function prolonged(relation: {
  readonly accountId: string;
  readonly patientId: string;
  readonly since: string;
  readonly until: string;
}): TransactOperation[] {
  const { accountId, patientId, since, until } = relation;
  return [
    links.updateOperation(
      { accountId, patientId },
      { set: { until } },
      { if: { status: 'ACTIVE', kind: 'FAMILY' }, timer: { kind: RELATION_ENDS, at: until } },
    ),
    { put: relationItem({ patientId, kind: 'FAMILY', holderId: accountId, since, until }) },
  ];
}

/** An invitation of an account that has gone, or lost its own person, is none. */
async function activeDelegate(deps: IdentityDeps, accountId: string): Promise<Account> {
  const delegate = await activeAccount(deps, accountId).catch(() => undefined);
  if (delegate?.patientId === undefined) throw identityErrors.refusal('INVITATION_UNUSABLE');
  return delegate;
}
