import { type Doer, keyOf, type Stepping } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { refuseWhilePaying } from './charges.ts';
import { signingErrors } from './errors.ts';
import { type Change, tryChange } from './signing-moves.ts';
import { type Signing, type SigningId, signings, type Team, teams } from './store.ts';
import type { SigningStatus } from './transitions.ts';

/** Each lost race is another step that was taken at the same moment. */
const MOST_ATTEMPTS = 12;

export interface Step extends Stepping {
  readonly id: SigningId;
  /** The states in which the step may be taken. */
  readonly from: readonly SigningStatus[];
  /** Whatever the signing waits for, and however long. */
  readonly anyTime?: boolean;
  /** Only by a doctor of the team. */
  readonly byTeam?: boolean;
  /** Undefined: what it was judged by moved meanwhile, look again. */
  readonly plan: (seen: Signing) => Promise<Change | undefined>;
}

/**
 * A step by a person: one transaction on the signing as it was seen, judged anew when somebody was faster. A repeat is
 * answered as it stands.
 */
export async function takeStep(deps: Deps, wanted: Step): Promise<Signing> {
  const requestKey = keyOf(wanted);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await signings.get(deps.table, wanted.id, { consistent: true });
    if (seen === undefined) throw signingErrors.refusal('SIGNING_NOT_FOUND');
    await checkDoer(deps, seen, wanted);
    if (seen.requestKey === requestKey) return seen;
    check(deps, seen, wanted);
    const change = await wanted.plan(seen);
    if (change === undefined) continue;
    const after = await tryChange(deps, seen, { ...change, set: { ...change.set, requestKey } }, wanted.doer);
    if (after !== undefined) return after;
    await refuseWhilePaying(deps, seen);
  }
  throw houseErrors.refusal('CONFLICT');
}

/**
 * Residents come by their own relation to the patient; staff by their team, wherever its doctors work (a village doctor
 * of a town's team is employed by the village). Who is of neither the team nor its house is told nothing.
 */
async function checkDoer({ table }: Deps, seen: Signing, { doer, byTeam = false }: Step): Promise<void> {
  if (doer.institutionId === undefined) return;
  const team = await teams.get(table, seen.careTeamId, { consistent: true });
  if (isOfTeam(team, doer)) return;
  if (doer.institutionId !== seen.institutionId) throw signingErrors.refusal('SIGNING_NOT_FOUND');
  if (byTeam) throw signingErrors.refusal('NOT_YOUR_TEAM');
}

export function isOfTeam(team: Team | undefined, { practitionerId }: Pick<Doer, 'practitionerId'>): boolean {
  return practitionerId !== undefined && team?.doctors.includes(practitionerId) === true;
}

function check(deps: Deps, { status, waitUntil }: Signing, { from, anyTime = false }: Step): void {
  if (!from.includes(status)) throw signingErrors.refusal('WRONG_STATE', { context: { status } });
  if (!anyTime && waitUntil !== undefined && waitUntil <= instant(deps.clock))
    throw signingErrors.refusal('STEP_EXPIRED', { context: { waitUntil } });
}
