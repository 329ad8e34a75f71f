import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { sealPart } from './clinical.ts';
import type { gateBody, supplementBody } from './contracts.ts';
import { referralErrors } from './errors.ts';
import type { Doer } from './referral-event.ts';
import type { Referral, ReferralId } from './store.ts';
import { takeStep } from './take-step.ts';

interface Stepping {
  readonly doer: Doer;
  readonly requestKey: string;
}

/**
 * The review before an application leaves its institutions, one after the other up the tree. Whoever applied does not
 * review.
 */
export async function reviewAtGate(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof gateBody>,
  { doer, requestKey }: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    doer,
    requestKey,
    from: ['GATE_REVIEW'],
    plan: async (seen) => {
      if (seen.applicant.accountId === doer.by) throw referralErrors.refusal('OWN_APPLICATION');
      if (body.decision === 'APPROVE') return approval(seen);
      const along = [await sealPart(deps, { ...id, part: 'remark' }, { text: body.reason })];
      if (body.decision === 'REJECT') return { to: 'REJECTED', endedReason: 'DECIDED', along };
      return { to: 'RETURNED', next: { returnedFrom: 'GATE_REVIEW' }, along };
    },
  });
}

function approval(seen: Referral) {
  const { gates, gateIndex, toInstitutionId } = seen;
  if (gateIndex + 1 < gates.length) return { to: 'GATE_REVIEW', next: { gateIndex: gateIndex + 1 } } as const;
  return { to: 'OFFERED', next: { receivers: [...seen.receivers, toInstitutionId] } } as const;
}

/** The applicant adds what was asked for; the referral goes back to whoever asked. */
export async function supplementReferral(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof supplementBody>,
  { doer, requestKey }: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    doer,
    requestKey,
    from: ['RETURNED'],
    plan: async ({ returnedFrom = 'OFFERED' }) => ({
      to: returnedFrom,
      remove: ['returnedFrom'],
      along: [await sealPart(deps, { ...id, part: 'supplement' }, body)],
    }),
  });
}
