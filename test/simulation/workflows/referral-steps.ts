import { checkIn, takeVisitStep } from '../../../functions/booking/attend.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import {
  completeVisit,
  recordArrival,
  recordFirstVisit,
  reportDeath,
  startTreatment,
  withdrawReferral,
} from '../../../functions/referral/attend.ts';
import { decideAtCentre, decideAtCommunity } from '../../../functions/referral/decide-at-centre.ts';
import { deskOf } from '../../../functions/referral/desks.ts';
import { reviewAtGate, supplementReferral } from '../../../functions/referral/review-at-gate.ts';
import { type Referral, type ReferralId, referrals } from '../../../functions/referral/store.ts';
import type { Deps } from '../../../shared/deps.ts';
import { COMPLETION } from '../../contexts/referral/people.ts';
import {
  CARDIOLOGY,
  CITY,
  CITY_CARDIOLOGY,
  COUNTY,
  ENDOCRINE,
  TOWN,
  VILLAGE,
} from '../../contexts/referral/world.ts';
import type { Dice } from '../../support/dice.ts';
import type { City } from '../kernel/city.ts';
import type { Plan } from '../kernel/part.ts';

const REASON = '理由说明';
const STEPS = ['GATE_REVIEW', 'RETURNED', 'OFFERED', 'CONFIRMED', 'ARRIVED', 'FIRST_VISIT'] as const;

interface Stepping {
  readonly doer: { readonly by: string; readonly role: string; readonly institutionId: string };
  readonly requestKey: string;
}

/** The step that is wanted, by whom it is wanted of. */
export function wantedStep(dice: Dice, id: ReferralId): Plan {
  return {
    words: `${id.patientId}’s referral ${id.referralId} goes on`,
    work: async (deps) => {
      const seen = await referrals.get(deps.table, id);
      if (seen === undefined) return 'nothing';
      const { institutionId } = deskOf(seen) ?? { institutionId: TOWN };
      return step(dice, deps, id, { status: seen.status, institutionId, hopeful: 0.9 });
    },
  };
}

/** Any step by anybody. */
export function anyStep(dice: Dice, id: ReferralId): Plan {
  const status = dice.pick(STEPS);
  const institutionId = dice.pick([TOWN, VILLAGE, COUNTY, CITY]);
  return {
    words: `${institutionId} does with ${id.referralId} what belongs to ${status}`,
    work: (deps) => step(dice, deps, id, { status, institutionId, hopeful: 0.5 }),
  };
}

/** The patient, or booking's desk, with the number that the referral was given. */
export function atBooking(dice: Dice, id: ReferralId, city: City): Plan {
  const roll = dice.next();
  const goes = dice.next() < 0.6;
  const visit = dice.pick(['call', 'start', 'fulfil'] as const);
  return {
    words: `${id.patientId} does something with the number of ${id.referralId}`,
    work: async (deps) => {
      const seen = await referrals.get(deps.table, id, { consistent: true });
      const { appointmentId, startsAt } = seen?.number ?? {};
      if (appointmentId === undefined) return 'nothing';
      const one = { patientId: id.patientId, appointmentId };
      const doer = { by: 'account-patient' };
      if (roll < 0.45) return confirmAppointment(deps, one, doer);
      if (roll < 0.53) return cancelAppointment(deps, one, { doer, atDesk: true });
      if (roll >= 0.85) return takeVisitStep(deps, one, visit, doer);
      const opens = Date.parse(startsAt ?? '') - 20 * 60_000;
      if (goes && opens > city.clock.now()) city.clock.advance(opens - city.clock.now());
      return checkIn(deps, one, doer);
    },
  };
}

export function stopClinic(scheduleId: string): Plan {
  const order = { institutionId: COUNTY, scheduleId, reason: '停诊', doer: { by: 'acc-clerk' } };
  return { words: `${scheduleId} is cancelled`, work: (deps) => cancelSchedule(deps, order) };
}

interface Wanted {
  readonly status: Referral['status'];
  readonly institutionId: string;
  readonly hopeful: number;
}

async function step(
  dice: Dice,
  deps: Deps,
  id: ReferralId,
  { status, institutionId, hopeful }: Wanted,
): Promise<unknown> {
  const stepping = {
    doer: { by: `acc-${institutionId}`, role: 'referral-coordinator', institutionId },
    requestKey: `step-${dice.below(1_000)}`,
  };
  const home = { doer: { by: 'account-patient', role: 'resident' }, requestKey: stepping.requestKey };
  const roll = dice.next();
  if (roll > 0.985) return reportDeath(deps, id, stepping);
  if (roll > 0.95) return withdrawReferral(deps, id, { reason: '不去了' }, home);
  const hoped = dice.next() < hopeful;
  switch (status) {
    case 'GATE_REVIEW': {
      const decision = hoped ? 'APPROVE' : dice.pick(['RETURN', 'REJECT'] as const);
      const body = decision === 'APPROVE' ? { decision } : { decision, reason: REASON };
      return reviewAtGate(deps, id, body as never, stepping);
    }
    case 'RETURNED':
      return supplementReferral(deps, id, { attachments: [] }, stepping);
    case 'OFFERED':
      return decide(dice, deps, id, hoped, stepping);
    case 'CONFIRMED':
      return recordArrival(deps, id, stepping);
    case 'ARRIVED':
      return hoped
        ? startTreatment(deps, id, stepping)
        : completeVisit(deps, id, COMPLETION as never, stepping);
    case 'IN_TREATMENT':
      return completeVisit(deps, id, COMPLETION as never, stepping);
    case 'FIRST_VISIT':
      return recordFirstVisit(deps, id, { on: '2026-03-02', findings: '平稳' }, stepping);
    default:
      return 'nothing';
  }
}

async function decide(
  dice: Dice,
  deps: Deps,
  id: ReferralId,
  hoped: boolean,
  stepping: Stepping,
): Promise<unknown> {
  const seen = await referrals.get(deps.table, id);
  if (seen?.direction === 'DOWN') {
    const body = hoped
      ? ({ decision: 'ACCEPT' } as const)
      : ({ decision: 'DECLINE', reason: REASON } as const);
    return decideAtCommunity(deps, id, body, stepping);
  }
  if (hoped && dice.next() < 0.8) return decideAtCentre(deps, id, { decision: 'ACCEPT' }, stepping);
  const target = dice.pick([
    { toInstitutionId: COUNTY, toDepartmentId: ENDOCRINE },
    { toInstitutionId: COUNTY, toDepartmentId: CARDIOLOGY },
    { toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY },
  ]);
  const body = dice.pick([
    { decision: 'ADMIT', expectedOn: '2026-03-03' },
    { decision: 'RETURN', reason: REASON },
    { decision: 'DECLINE', reason: REASON },
    { decision: 'REROUTE', reason: REASON, ...target },
  ] as const);
  return decideAtCentre(deps, id, body as never, stepping);
}
