import type * as z from 'zod/mini';
import { keyOf, type Stepping } from '../../shared/access/acting.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf, daysBetween } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { sealPart } from './clinical.ts';
import type { Direction } from './codes.ts';
import type { centreBody, communityBody } from './contracts.ts';
import { referralErrors } from './errors.ts';
import { movedLock } from './lock.ts';
import { policyNow } from './referral-moves.ts';
import { isHigher, isInsideCombination } from './rules.ts';
import { places, type Referral, type ReferralId } from './store.ts';
import { type Plan, takeStep } from './take-step.ts';
import { isOutOfArea, readAlliances, readTarget } from './target.ts';

type CentreDecision = z.output<typeof centreBody>;

/** The receiving hospital's referral centre: accepts, returns, declines, or passes on to where it belongs. */
export async function decideAtCentre(
  deps: Deps,
  id: ReferralId,
  body: CentreDecision,
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['OFFERED'],
    plan: async (seen) => {
      requireDirection(seen, 'UP');
      if (body.decision === 'ACCEPT' || body.decision === 'ADMIT') return acceptance(deps, seen, body);
      const along = [await sealPart(deps, { ...id, part: 'remark' }, { text: body.reason })];
      if (body.decision === 'REROUTE') return reroute(deps, seen, body, { ...stepping, along });
      // It needs no papers: sent back for some it would wait, and end without an answer.
      if (seen.urgency === 'EMERGENCY') throw referralErrors.refusal('EMERGENCY_NOT_DECLINED');
      if (body.decision === 'RETURN') return { to: 'RETURNED', next: { returnedFrom: 'OFFERED' }, along };
      return { to: 'DECLINED', endedReason: 'DECIDED', along };
    },
  });
}

function acceptance(
  deps: Deps,
  seen: Referral,
  body: Extract<CentreDecision, { decision: 'ACCEPT' | 'ADMIT' }>,
): Plan {
  const acceptedAt = seen.acceptedAt ?? instant(deps.clock);
  const more = seen.acceptedAt === undefined ? { firstAccepted: true } : {};
  if (body.decision === 'ADMIT') {
    const { mostDaysToAdmission: mostDays } = policyNow(deps);
    const today = dayOf(deps.clock.now());
    if (body.expectedOn < today || daysBetween(today, body.expectedOn) > mostDays)
      throw referralErrors.refusal('EXPECTED_DAY_NEEDED', { context: { mostDays } });
    return { to: 'CONFIRMED', next: { acceptedAt, arrangement: 'WARD', expectedOn: body.expectedOn }, more };
  }
  // Who is brought in as an emergency needs no number: the emergency department expects them.
  if (seen.urgency === 'EMERGENCY')
    return { to: 'CONFIRMED', next: { acceptedAt, arrangement: 'DIRECT' }, more };
  const { toPractitionerId = seen.toPractitionerId } = body;
  return {
    to: 'ACCEPTED',
    next: {
      acceptedAt,
      arrangement: 'NUMBER',
      takes: seen.takes + 1,
      owesRelease: true,
      ...(toPractitionerId === undefined ? {} : { toPractitionerId }),
    },
    more,
  };
}

/** The lock follows the specialty: another department may be another one. */
async function reroute(
  deps: Deps,
  seen: Referral,
  { toInstitutionId, toDepartmentId }: { readonly toInstitutionId: string; readonly toDepartmentId: string },
  { along, ...stepping }: Stepping & { readonly along: readonly TransactOperation[] },
): Promise<Plan> {
  const policy = policyNow(deps);
  if (seen.receivers.length > policy.mostReroutes) throw referralErrors.refusal('REROUTES_SPENT');
  if (seen.toInstitutionId === toInstitutionId && seen.toDepartmentId === toDepartmentId)
    throw referralErrors.refusal('SAME_TARGET');
  const [target, from, allied] = await Promise.all([
    readTarget(deps, { institutionId: toInstitutionId, departmentId: toDepartmentId }),
    places.get(deps.table, seen.fromInstitutionId),
    readAlliances(deps),
  ]);
  if (from === undefined || !isHigher(target.place.level, from.level))
    throw referralErrors.refusal('TARGET_NOT_HIGHER');
  const outOfArea = isOutOfArea(deps, policy, target);
  // Out of the area somebody of the title has to judge: that is an application of its own.
  if (outOfArea && !seen.outOfArea) throw referralErrors.refusal('OUT_OF_AREA_TITLE');
  const specialty = target.department.serviceCategory;
  return {
    to: 'OFFERED',
    next: {
      toInstitutionId,
      toDepartmentId,
      specialty,
      insideCombination: isInsideCombination(from, toInstitutionId, allied, dayOf(deps.clock.now())),
      outOfArea,
      receivers: [...seen.receivers, toInstitutionId],
    },
    remove: ['toPractitionerId'],
    reason: 'REROUTED',
    along: [...along, ...(await movedLock(deps, seen, { specialty, requestKey: keyOf(stepping) }))],
  };
}

/** The community takes a patient back: the plan goes with the referral, and the event asks for follow-up. */
export async function decideAtCommunity(
  deps: Deps,
  id: ReferralId,
  body: z.output<typeof communityBody>,
  stepping: Stepping,
): Promise<Referral> {
  return takeStep(deps, {
    id,
    ...stepping,
    from: ['OFFERED'],
    plan: async (seen) => {
      requireDirection(seen, 'DOWN');
      if (body.decision === 'ACCEPT')
        return {
          to: 'FIRST_VISIT',
          next: { acceptedAt: instant(deps.clock) },
          more: { firstAccepted: true },
        };
      const along = [await sealPart(deps, { ...id, part: 'remark' }, { text: body.reason })];
      return { to: 'DECLINED', endedReason: 'DECIDED', along };
    },
  });
}

/** What goes up is answered by a centre, what comes down by a community. */
function requireDirection({ direction, status }: Referral, wanted: Direction): void {
  if (direction !== wanted) throw referralErrors.refusal('WRONG_STATE', { context: { status } });
}
