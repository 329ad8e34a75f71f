import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { residentOf } from './acting.ts';
import type { invitation, invitationRequest } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { blinds, derivedCode } from './sealing.ts';
import { activeAccount, type Invitation, invitations } from './store.ts';

/** The code goes to an adult relative by WeChat; whoever accepts it lets this account act for them. */
export async function inviteFamilyMember(
  deps: IdentityDeps,
  call: Call<undefined, undefined, z.output<typeof invitationRequest>>,
): Promise<z.input<typeof invitation>> {
  const { accountId, patientId } = await activeAccount(deps, residentOf(call).accountId);
  if (patientId === undefined) throw identityErrors.refusal('NOT_VERIFIED');
  const code = await derivedCode(deps, 'invitation', accountId, call.requestKey);
  const [blind] = await blinds(deps, 'code', code);
  const validUntilMs = deps.clock.now() + policyToday(deps).invitationHours * 3_600_000;
  const fresh: Invitation = {
    accountId,
    kinship: call.body.kinship,
    status: 'OPEN',
    validUntil: new Date(validUntilMs).toISOString(),
    expiresAt: Math.ceil(validUntilMs / 1000),
  };
  const outcome = await invitations.put(deps.table, blind, fresh, { if: { $exists: false } });
  const stored = outcome.ok ? outcome.item : (outcome.current ?? fresh);
  // The key of an earlier request: its code is spent.
  if (stored.status !== 'OPEN' || stored.validUntil <= instant(deps.clock)) {
    throw identityErrors.refusal('INVITATION_UNUSABLE');
  }
  return { code, expiresAt: stored.validUntil };
}
