import type * as z from 'zod/mini';
import type { Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { sealPart } from './clinical.ts';
import type { completionBody, firstVisitBody } from './contracts.ts';
import { referralErrors } from './errors.ts';
import type { Referral, ReferralId } from './store.ts';
import { takeStep } from './take-step.ts';
import { OPEN } from './transitions.ts';
import { nextReturn } from './waits.ts';

/** Who has a number checks in at booking, which tells of it: only the others arrive here. */
export async function recordArrival(deps: Deps, id: ReferralId, stepping: Stepping): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['CONFIRMED'],
    plan: ({ arrangement }) => {
      if (arrangement === 'NUMBER') throw referralErrors.refusal('CHECK_IN_AT_BOOKING');
      return { to: 'ARRIVED' };
    },
  });
}

export async function startTreatment(deps: Deps, id: ReferralId, stepping: Stepping): Promise<Referral> {
  return takeStep(deps, { id, ...stepping, from: ['ARRIVED'], plan: () => ({ to: 'IN_TREATMENT' }) });
}

/** The visit is over and its summary goes home. A standing referral waits for the next return. */
export async function completeVisit(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof completionBody>,
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['ARRIVED', 'IN_TREATMENT'],
    plan: async (seen) => {
      const along = [await sealPart(deps, { ...id, part: `summary-${seen.round}` }, body)];
      const lastVisit = seen.number?.day ?? dayOf(deps.clock.now());
      const notBefore = nextReturn(seen, lastVisit);
      const next = { owesRelease: false };
      if (notBefore === undefined) return { to: 'COMPLETED', next, along };
      return { to: 'BETWEEN_VISITS', next: { ...next, notBefore }, remove: ['number'], along };
    },
  });
}

/** After a down-referral the community sees the patient in time: that closes it. */
export async function recordFirstVisit(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof firstVisitBody>,
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['FIRST_VISIT'],
    plan: async () => {
      // A visit to come closes nothing.
      if (body.on > dayOf(deps.clock.now())) throw referralErrors.refusal('DAY_AHEAD');
      return { to: 'COMPLETED', along: [await sealPart(deps, { ...id, part: 'first-visit' }, body)] };
    },
  });
}

/** 患者自愿: the patient may step back at any moment, whatever the referral waits for. */
export async function withdrawReferral(
  deps: Deps,
  id: ReferralId,
  { reason }: { readonly reason: string },
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: OPEN,
    anyTime: true,
    plan: async () => ({
      to: 'WITHDRAWN',
      endedReason: 'PATIENT_WITHDREW',
      along: [await sealPart(deps, { ...id, part: 'remark' }, { text: reason })],
    }),
  });
}

/** Reported by an institution that the referral concerns. */
export async function reportDeath(deps: Deps, id: ReferralId, stepping: Stepping): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: OPEN,
    anyTime: true,
    plan: () => ({ to: 'DIED', endedReason: 'DEATH_REPORTED' }),
  });
}
