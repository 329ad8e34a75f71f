import type * as z from 'zod/mini';
import type { Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { sealPart } from './clinical.ts';
import type { gateBody, supplementBody } from './contracts.ts';
import { referralErrors } from './errors.ts';
import type { Referral, ReferralId } from './store.ts';
import { type Plan, takeStep } from './take-step.ts';

/**
 * The review before an application leaves its institutions, one after the other up the tree. Whoever applied does not
 * review.
 */
export async function reviewAtGate(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof gateBody>,
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['GATE_REVIEW'],
    plan: async (seen) => {
      if (seen.applicant.accountId === stepping.doer.by) throw referralErrors.refusal('OWN_APPLICATION');
      if (body.decision === 'APPROVE') return approval(seen);
      const along = [await sealPart(deps, { ...id, part: 'remark' }, { text: body.reason })];
      if (body.decision === 'REJECT') return { to: 'REJECTED', endedReason: 'DECIDED', along };
      return { to: 'RETURNED', next: { returnedFrom: 'GATE_REVIEW' }, along };
    },
  });
}

function approval({ gates, gateIndex, receivers, toInstitutionId }: Referral): Plan {
  if (gateIndex + 1 < gates.length) return { to: 'GATE_REVIEW', next: { gateIndex: gateIndex + 1 } };
  return { to: 'OFFERED', next: { receivers: [...receivers, toInstitutionId] } };
}

/** The applicant adds what was asked for; the referral goes back to whoever asked. */
export async function supplementReferral(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof supplementBody>,
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['RETURNED'],
    plan: async ({ returnedFrom = 'OFFERED' }) => ({
      to: returnedFrom,
      remove: ['returnedFrom'],
      along: [await sealPart(deps, { ...id, part: 'supplement' }, body)],
    }),
  });
}
