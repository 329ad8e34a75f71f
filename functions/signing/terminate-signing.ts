import type * as z from 'zod/mini';
import type { Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { makeAgreement } from './agreements.ts';
import { endCharge } from './charges.ts';
import type { terminationBody } from './contracts.ts';
import { ending } from './end-signing.ts';
import { signingErrors } from './errors.ts';
import type { Signing, SigningId, Terminating } from './store.ts';
import { takeStep } from './take-step.ts';
import { IN_FORCE, PENDING } from './transitions.ts';

/** Either party asks; an agreement of termination waits for both. */
export async function requestTermination(
  deps: Deps,
  id: SigningId,
  by: Terminating['by'],
  { reason }: z.output<typeof terminationBody>,
  stepping: Stepping,
): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['ACTIVE', 'RENEWAL', 'RENEWAL_PAYING', 'SUSPENDED'],
    anyTime: true,
    byTeam: by === 'TEAM',
    plan: async (seen) => {
      const { agreement, operation } = await makeAgreement(deps, seen, 'TERMINATION');
      const back = seen.status === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE';
      const renewing = seen.status === 'RENEWAL' || seen.status === 'RENEWAL_PAYING';
      // The renewal's charge goes with its offer; an instalment of the running term stays due.
      const charge =
        seen.status === 'RENEWAL_PAYING'
          ? endCharge(deps, seen, { refunds: false }, stepping.doer)
          : undefined;
      return {
        to: 'TERMINATING',
        set: { agreement, terminating: { by, reason, back }, ...charge?.set },
        drop: renewing ? ['next'] : [],
        along: [operation, ...(charge?.along ?? [])],
      };
    },
  });
}

/** Whoever asked may think better of it. */
export async function recallTermination(
  deps: Deps,
  id: SigningId,
  by: Terminating['by'],
  stepping: Stepping,
): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['TERMINATING'],
    byTeam: by === 'TEAM',
    plan: async ({ terminating }) => {
      if (terminating?.by !== by) throw signingErrors.refusal('NOT_YOUR_REQUEST');
      return { to: terminating.back, drop: ['terminating'] };
    },
  });
}

/** Reported by the team; an application to another team ends by the event. */
export async function reportDeath(deps: Deps, id: SigningId, stepping: Stepping): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: [...PENDING, ...IN_FORCE],
    anyTime: true,
    byTeam: true,
    plan: (seen) => ending(deps, seen, { to: 'DECEASED', endedReason: 'DEATH_REPORTED' }, stepping.doer),
  });
}
