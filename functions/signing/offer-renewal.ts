import type { Stepping } from '../../shared/access/acting.ts';
import { readPatientProfile } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { addDays, dayOf } from '../../shared/kernel/china-time.ts';
import { makeAgreement } from './agreements.ts';
import { signingErrors } from './errors.ts';
import { entitlementsOf, packagesFor, quoteFor, reasonsAgainst } from './quote.ts';
import { groupsOn, readResident } from './residents.ts';
import { NEWS } from './signing-event.ts';
import { type Change, policyNow } from './signing-moves.ts';
import type { Signing, SigningId } from './store.ts';
import { takeStep } from './take-step.ts';
import { readTeam } from './teams.ts';
import { termFrom } from './waits.ts';

/**
 * The renewal window opens: the next term is offered at the prices of the day, its agreement waits for both, and an
 * execution of its own waits with it. A package that is no longer in the catalogue is left out. Where the
 * team takes nobody on any more the contract runs out.
 */
export async function offerRenewal(deps: Deps, seen: Signing): Promise<Change> {
  const team = await readTeam(deps, seen.careTeamId);
  if (team?.active !== true) return { news: NEWS.noRenewal, set: { renewable: false } };
  return { to: 'RENEWAL', starts: true, ...(await offerOf(deps, seen, seen.packageIds, 'what is left')) };
}

/** The resident chooses other packages for the next term: a new agreement, to be signed by both. */
export async function changeOffer(
  deps: Deps,
  id: SigningId,
  { packageIds }: { readonly packageIds: readonly string[] },
  stepping: Stepping,
): Promise<Signing> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['RENEWAL'],
    plan: async (seen) => ({ news: NEWS.offer, ...(await offerOf(deps, seen, packageIds, 'all')) }),
  });
}

/** @throws Refusal APPLICATION_REFUSED for packages that are unknown or for others */
async function offerOf(
  deps: Deps,
  seen: Signing,
  wanted: readonly string[],
  which: 'all' | 'what is left',
): Promise<Required<Pick<Change, 'set' | 'along'>>> {
  const policy = policyNow(deps);
  const { term, patientId } = seen;
  if (term === undefined) throw new Error('a contract in force has a term');
  const [resident, profile] = await Promise.all([
    readResident(deps, patientId),
    readPatientProfile(deps, patientId),
  ]);
  const today = dayOf(deps.clock.now());
  const groups = profile === undefined ? resident.groups : groupsOn(policy, resident.groups, profile, today);
  const fits = (id: string): boolean => reasonsAgainst(packagesFor(policy, [id]), groups).length === 0;
  const packageIds = which === 'all' ? wanted : wanted.filter(fits);
  const packages = packagesFor(policy, packageIds);
  const reasons = reasonsAgainst(packages, groups);
  if (packages === undefined || reasons.length > 0)
    throw signingErrors.refusal('APPLICATION_REFUSED', { reasons });
  const quote = quoteFor(policy, packages, groups);
  const { agreement, operation } = await makeAgreement(deps, seen, 'RENEWAL', { packageIds, quote });
  const next = {
    packageIds,
    quote,
    entitlements: entitlementsOf(packages),
    instalmentsPaid: 0,
    term: termFrom(addDays(term.until, 1), policy.termMonths),
  };
  return { set: { agreement, next }, along: [operation] };
}
