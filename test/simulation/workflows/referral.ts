import { booking } from '../../../functions/booking/context.ts';
import { applyForReferral } from '../../../functions/referral/apply-for-referral.ts';
import { referral } from '../../../functions/referral/context.ts';
import type { Referral, ReferralId } from '../../../functions/referral/store.ts';
import { isEnded } from '../../../functions/referral/transitions.ts';
import { policyValues } from '../../contexts/booking/policy-values.ts';
import { addSchedule } from '../../contexts/booking/scene.ts';
import { PLAN } from '../../contexts/referral/people.ts';
import { referralPolicyValues } from '../../contexts/referral/policy-values.ts';
import {
  addPlaces,
  CARDIOLOGY,
  COUNTY,
  ENDOCRINE,
  TOWN,
  TOWN_GP,
  VILLAGE,
} from '../../contexts/referral/world.ts';
import type { Dice } from '../../support/dice.ts';
import type { City } from '../kernel/city.ts';
import type { Operation, Part, Plan, Running } from '../kernel/part.ts';
import { ReferralWatch } from '../watch/referral.ts';
import { anyStep, atBooking, stopClinic, wantedStep } from './referral-steps.ts';

const PATIENTS = ['pat00001', 'pat00002'];
export const CLINICS = ['20260303A-dr-county', '20260304A-dr-county'];

/** Two patients, a village, a town, a county's and a city's hospital, two small clinics, and the referral's machine. */
export const referralPart: Part = {
  contexts: [booking, referral],
  machines: ['referral'],
  policy: { booking: policyValues, referral: referralPolicyValues },
  starts: ['2026-03-02T00:00:00.000Z'],
  length: [12, 60],
  restHours: [20 * 24, 20 * 24],
  outcomes: ['apply-referral ok', 'step ok', 'COMPLETED', 'WITHDRAWN', 'EXPIRED', 'DECLINED'].concat(
    'REJECTED',
    'NO_SHOW',
    'DIED',
  ),
  async open(city) {
    const centre = new Centre(city);
    await centre.prepare();
    return centre.running();
  },
};

export class Centre {
  readonly city: City;
  readonly watch = new ReferralWatch();

  constructor(city: City) {
    this.city = city;
    city.watches.push(this.watch);
  }

  async prepare(): Promise<void> {
    const { dice, direct } = this.city;
    const { deps } = direct;
    await addPlaces(deps);
    const numbers = 1 + dice.below(2);
    for (const day of ['2026-03-03', '2026-03-04'] as const)
      await addSchedule(deps, {
        ...{ institutionId: COUNTY, departmentId: CARDIOLOGY, practitionerId: 'dr-county', day },
        ...{
          capacity: numbers + 1,
          quota: { REFERRAL: numbers },
          visitKind: 'general',
          paymentMode: 'ONLINE',
        },
        feeFen: dice.pick([0, 0, 500]),
      });
  }

  running(): Running {
    return {
      watches: [],
      operations: this.#operations(),
      checkAtRest: () => this.watch.checkAtRest(this.city.all(), this.city.now()),
      endings: () => this.watch.all().map(({ status }) => status),
    };
  }

  #operations(): Record<string, Operation> {
    return {
      'apply-referral': { who: 'doctor', weight: 8, plan: (dice) => this.#apply(dice) },
      step: this.#with('doctor', 28, (dice, id) => wantedStep(dice, id)),
      'any-step': this.#with('doctor', 8, (dice, id) => anyStep(dice, id)),
      'at-booking': this.#with('resident', 18, (dice, id) => atBooking(dice, id, this.city), hasNumber),
      'stop-referral-clinic': { who: 'clerk', weight: 1, plan: (dice) => stopClinic(dice.pick(CLINICS)) },
    };
  }

  #apply(dice: Dice): Plan {
    const roll = dice.next();
    const down = roll < 0.2;
    const from = down ? COUNTY : dice.pick([TOWN, VILLAGE]);
    const departmentId = down ? TOWN_GP : dice.pick([CARDIOLOGY, CARDIOLOGY, ENDOCRINE]);
    const standing =
      roll > 0.85 ? { standing: { intervalDays: 1, count: 2, until: '2026-03-20' as const } } : {};
    const patientId = dice.pick(PATIENTS);
    const order = {
      patientId,
      direction: down ? 'DOWN' : 'UP',
      urgency: down ? 'ORDINARY' : dice.pick(['EMERGENCY', 'GREEN', 'URGENT', 'ORDINARY', 'ORDINARY']),
      doer: {
        ...{ by: `acc-${from}-doctor`, role: 'family-doctor', institutionId: from },
        practitionerId: from === COUNTY ? 'dr-county' : 'dr-town',
      },
      requestKey: `apply-${dice.below(6)}`,
      application: {
        toInstitutionId: down ? TOWN : COUNTY,
        toDepartmentId: departmentId,
        criteria: [down ? 'COMMON_DISEASE' : 'CRITICAL'],
        diagnosis: { icd10: 'I10', text: '高血压' },
        history: '病史',
        attachments: [{ kind: 'REPORT', id: 'r1' }],
        consent: { by: 'PATIENT', form: 'WRITTEN', on: '2026-03-02' },
        ...(down ? { plan: PLAN } : standing),
      },
    };
    return {
      words: `${patientId} is referred ${down ? 'down' : 'up'} from ${from} to ${departmentId}, ${order.requestKey}`,
      work: (deps) => applyForReferral(deps, order as never),
    };
  }

  #with(
    who: Operation['who'],
    weight: number,
    plan: (dice: Dice, id: ReferralId) => Plan,
    fits: (one: Referral) => boolean = () => true,
  ): Operation {
    return {
      who,
      weight,
      plan: (dice) => {
        const all = this.watch.all();
        const open = all.filter((one) => !isEnded(one) && fits(one));
        const some: readonly Referral[] = open.length > 0 && dice.next() < 0.9 ? open : all;
        if (some.length === 0) return undefined;
        const { patientId, referralId } = dice.pick(some);
        return plan(dice, { patientId, referralId });
      },
    };
  }
}

/** Where the patient, or booking’s desk, has something to do. */
function hasNumber({ number }: Referral): boolean {
  return number !== undefined;
}
