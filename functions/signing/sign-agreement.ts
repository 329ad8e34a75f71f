import type * as z from 'zod/mini';
import type { Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { instantAfter } from '../../shared/kernel/duration.ts';
import { activation, keepSigned, renewal } from './activate-signing.ts';
import { isSigned } from './agreements.ts';
import { chargeFor } from './charges.ts';
import type { signatureBody } from './contracts.ts';
import { ending } from './end-signing.ts';
import { signingErrors } from './errors.ts';
import { NEWS } from './signing-event.ts';
import { type Change, policyNow } from './signing-moves.ts';
import type { Agreement, Signing, SigningId } from './store.ts';
import { takeStep } from './take-step.ts';
import { endOf } from './waits.ts';

export type Party = 'resident' | 'team';

/**
 * One party signs the agreement that waits: of service, of renewal or of termination. With the second signature it
 * takes effect, but for what has first to be paid.
 */
export async function signAgreement(
  deps: Deps,
  id: SigningId,
  party: Party,
  { sha256 }: z.output<typeof signatureBody>,
  stepping: Stepping,
): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['SIGNING', 'RENEWAL', 'TERMINATING'],
    byTeam: party === 'team',
    plan: async (seen) => {
      const { agreement } = seen;
      if (agreement?.sha256 !== sha256) throw signingErrors.refusal('AGREEMENT_CHANGED');
      if (agreement[party] !== undefined) throw signingErrors.refusal('ALREADY_SIGNED_BY_YOU');
      const signature = { by: stepping.doer.by, at: instant(deps.clock), method: 'IN_APP' as const };
      const signed = { ...agreement, [party]: signature };
      if (!isSigned(signed)) return { news: NEWS.signature, set: { agreement: signed }, more: { party } };
      return inEffect(deps, seen, signed, stepping);
    },
  });
}

async function inEffect(
  deps: Deps,
  seen: Signing,
  agreement: Agreement,
  { doer }: Stepping,
): Promise<Change | undefined> {
  switch (seen.status) {
    case 'SIGNING':
      return firstPayment(deps, seen, agreement) ?? activation(deps, seen, { agreement }, doer);
    case 'RENEWAL':
      return firstPayment(deps, seen, agreement) ?? renewal(deps, seen, { agreement });
    default:
      return ending(
        deps,
        seen,
        {
          to: 'TERMINATED',
          endedReason: 'TERMINATION_SIGNED',
          set: { agreement },
          along: keepSigned(seen, agreement),
        },
        doer,
      );
  }
}

/** Undefined: nothing is to be paid before it takes effect. */
function firstPayment(deps: Deps, seen: Signing, agreement: Agreement): Change | undefined {
  const renews = seen.status === 'RENEWAL';
  const quote = renews ? seen.next?.quote : seen.quote;
  const amountFen = quote?.instalmentsFen[0];
  if (amountFen === undefined) return undefined;
  const { hours } = policyNow(deps);
  // A renewal can be paid until the term ends: nobody else waits for the place.
  const payBy =
    renews && seen.term !== undefined
      ? endOf(seen.term)
      : instantAfter(deps.clock.now(), `PT${hours.payment}H`);
  const which = renews ? { round: seen.round + 1, window: seen.runs } : { round: seen.round };
  return {
    to: renews ? 'RENEWAL_PAYING' : 'PAYING',
    set: { agreement, charge: chargeFor(seen, { ...which, instalment: 1, amountFen, payBy }) },
  };
}
