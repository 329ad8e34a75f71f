import type * as z from 'zod/mini';
import type { Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { makeAgreement } from './agreements.ts';
import type { reviewBody } from './contracts.ts';
import { ending } from './end-signing.ts';
import type { Agreement, Signing, SigningId } from './store.ts';
import { takeStep } from './take-step.ts';

/** The team takes the application on, or does not. What was signed at the resident's door counts from here on. */
export async function reviewApplication(
  deps: Deps,
  id: SigningId,
  { decision }: z.output<typeof reviewBody>,
  stepping: Stepping,
): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['TEAM_REVIEW'],
    byTeam: true,
    plan: async (seen) => {
      if (decision === 'REJECT')
        return ending(deps, seen, { to: 'REJECTED', endedReason: 'TEAM_REJECTED' }, stepping.doer);
      const { agreement, operation } = await makeAgreement(deps, seen, 'SERVICE');
      return { to: 'SIGNING', set: { agreement: withCaptured(seen, agreement) }, along: [operation] };
    },
  });
}

/** Only on the very template that was read out and signed: on another one the resident signs anew. */
function withCaptured({ captured }: Signing, agreement: Agreement): Agreement {
  if (captured === undefined || captured.templateVersion !== agreement.templateVersion) return agreement;
  const { witness, capturedAt, evidenceSha256 } = captured;
  return { ...agreement, resident: { by: witness, at: capturedAt, method: 'WITNESSED', evidenceSha256 } };
}

export async function withdrawApplication(deps: Deps, id: SigningId, stepping: Stepping): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['TEAM_REVIEW', 'SIGNING', 'PAYING'],
    anyTime: true,
    plan: (seen) => ending(deps, seen, { to: 'WITHDRAWN', endedReason: 'RESIDENT_WITHDREW' }, stepping.doer),
  });
}
