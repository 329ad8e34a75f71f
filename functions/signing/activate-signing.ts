import type { Doer } from '../../shared/access/acting.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { endCharge, refuseWhilePaying } from './charges.ts';
import { ending } from './end-signing.ts';
import { closeRelations, openRelations } from './relations.ts';
import { changeResident, readResident, without } from './residents.ts';
import { type Change, changeOperation, policyNow } from './signing-moves.ts';
import { type Agreement, type Signing, signedAgreements, signings } from './store.ts';
import { leavePlace, readTeam, takePlace } from './teams.ts';
import { isInForce } from './transitions.ts';
import { endOf, termFrom } from './waits.ts';

/**
 * The step that brings a contract into force, whole or not at all: the place that was reserved is taken, the resident
 * is signed with this team and no other, the doctors' relations are open, and the contract it replaces has ended.
 * `set`: what the step itself changes (the last signature, the payment). Undefined: something else moved meanwhile,
 * look again. @throws Refusal PAYMENT_UNDER_WAY: an instalment of the one it replaces is being paid
 */
export async function activation(
  deps: Deps,
  seen: Signing,
  set: Change['set'],
  doer: Doer,
): Promise<Change | undefined> {
  const { patientId, signingId, careTeamId } = seen;
  const [resident, team] = await Promise.all([readResident(deps, patientId), readTeam(deps, careTeamId)]);
  if (team === undefined || resident.waiting?.signingId !== signingId) return undefined;
  // Their death could not end the application while it was being paid: what was paid goes back.
  if (resident.deceased === true)
    return ending(deps, { ...seen, ...set }, { to: 'DECEASED', endedReason: 'DEATH_REPORTED', set }, doer);
  const now = instant(deps.clock);
  const term = termFrom(dayOf(now), policyNow(deps).termMonths);
  const replaced = await replacedBy(deps, seen, resident.holder?.signingId);
  if (replaced === 'other') return undefined;
  const after = { ...without(resident, 'waiting'), holder: { signingId, careTeamId } };
  return {
    to: 'ACTIVE',
    set: { ...set, term, staff: team.doctors, activatedAt: now },
    along: [
      ...changeResident(resident, after),
      takePlace(team),
      ...(replaced === undefined ? [] : moveAway(deps, replaced, team.doctors, doer)),
      ...openRelations(patientId, team.doctors, { since: now, term }),
      ...keepSigned(seen, set?.agreement),
    ],
  };
}

/** Both have signed a renewal, and paid: the next term is settled, and the doctors keep their relation for it. */
export function renewal(deps: Deps, seen: Signing, set: Change['set']): Change | undefined {
  const next = set?.next ?? seen.next;
  if (next === undefined) return undefined;
  const since = seen.activatedAt ?? instant(deps.clock);
  return {
    to: 'ACTIVE',
    set: { ...set },
    more: { renewed: true },
    along: [
      ...openRelations(seen.patientId, seen.staff, { since, term: next.term }),
      ...keepSigned(seen, set?.agreement),
    ],
  };
}

/** What was signed is kept for good, beside the one the contract bears now. */
export function keepSigned(
  { patientId, signingId, agreement: seen }: Signing,
  signed: Agreement | undefined,
): readonly TransactOperation[] {
  const agreement = signed ?? seen;
  if (agreement === undefined) return [];
  return [signedAgreements.putOperation({ patientId, signingId, number: agreement.number }, agreement)];
}

async function replacedBy(
  { table }: Deps,
  { patientId, replaces }: Signing,
  holderId: string | undefined,
): Promise<Signing | 'other' | undefined> {
  if (holderId === undefined) return undefined;
  if (holderId !== replaces) return 'other';
  const old = await signings.get(table, { patientId, signingId: holderId }, { consistent: true });
  if (old === undefined || !isInForce(old)) return 'other';
  await refuseWhilePaying({ table }, old);
  return old;
}

function moveAway(
  deps: Deps,
  old: Signing,
  doctors: readonly string[],
  doer: Doer,
): readonly TransactOperation[] {
  const charge = endCharge(deps, old, { refunds: false }, doer);
  const change: Change = { to: 'MOVED', endedReason: 'MOVED_TO_OTHER_TEAM', set: charge.set };
  return [
    changeOperation(deps, old, change, doer).operation,
    leavePlace(old),
    ...charge.along,
    ...closeRelations(old, doctors),
  ];
}

/**
 * Whether the contract is in force and its term has not run out, whatever the timers have done. One that was suspended
 * stays without services when its termination is asked for.
 */
export function givesService({ status, term, terminating }: Signing, at: string): boolean {
  const serves =
    status === 'ACTIVE' ||
    status === 'RENEWAL' ||
    status === 'RENEWAL_PAYING' ||
    (status === 'TERMINATING' && terminating?.back !== 'SUSPENDED');
  return serves && term !== undefined && at < endOf(term);
}
