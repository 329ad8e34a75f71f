import { checkIn, takeVisitStep } from '../../../functions/booking/attend.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { booking } from '../../../functions/booking/context.ts';
import { applyForReferral } from '../../../functions/referral/apply-for-referral.ts';
import {
  completeVisit,
  recordArrival,
  recordFirstVisit,
  reportDeath,
  startTreatment,
  withdrawReferral,
} from '../../../functions/referral/attend.ts';
import { referral } from '../../../functions/referral/context.ts';
import { decideAtCentre, decideAtCommunity } from '../../../functions/referral/decide-at-centre.ts';
import { deskOf } from '../../../functions/referral/desks.ts';
import { reviewAtGate, supplementReferral } from '../../../functions/referral/review-at-gate.ts';
import { type Referral, type ReferralId, referrals } from '../../../functions/referral/store.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Deps } from '../../../shared/deps.ts';
import { createWorker } from '../../../shared/worker.ts';
import { cityWith } from '../../support/city-policy.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, isCodeOnly, Turns } from '../../support/interleaving.ts';
import type { Machinery } from '../../support/workflows/machinery.ts';
import { LAMBDA } from '../booking/scene.ts';
import { checkAtRest, RuleWatch } from './invariants.ts';
import { COMPLETION, PLAN } from './people.ts';
import { referralPolicyValues } from './policy-values.ts';
import {
  CARDIOLOGY,
  CITY,
  CITY_CARDIOLOGY,
  COUNTY,
  DAY,
  ENDOCRINE,
  openWorld,
  TOWN,
  TOWN_GP,
  VILLAGE,
  type World,
} from './world.ts';

const city = cityWith('demo', 'referral', referralPolicyValues);
const PATIENTS = ['pat00001', 'pat00002'];
const CLINICS = ['20260303A-dr-county', '20260304A-dr-county'];
/** How often a write is not done, or done and not answered. */
const MISFORTUNE = 0.01;

export interface HistoryResult {
  readonly writes: number;
  /** How often a referral ended in each way. */
  readonly endings: readonly string[];
}

/** Runs one random history of every actor and timer, each await interleaved, and holds every write to the rules. */
export async function runHistory(
  machinery: Machinery,
  seed: number,
  operations: number,
): Promise<HistoryResult> {
  const history = new History(machinery, seed);
  try {
    await history.prepare();
    await history.run(operations);
    return await history.rest();
  } finally {
    await history.close();
  }
}

class History {
  readonly #watch = new RuleWatch();
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #machinery: Machinery;
  readonly #ids: ReferralId[] = [];
  #world: World | undefined;

  constructor(machinery: Machinery, seed: number) {
    this.#machinery = machinery;
    this.#dice = new Dice(seed);
    this.#turns = new Turns(this.#dice, MISFORTUNE);
    this.#turns.isOn = false;
  }

  async prepare(): Promise<void> {
    const onChange = (change: Change): void => {
      this.#watch.onChange(change);
      if (change.key.sk.startsWith('referral#') && change.old === undefined)
        this.#ids.push({
          patientId: String(change.new?.['patientId']),
          referralId: String(change.new?.['referralId']),
        });
    };
    this.#world = await openWorld({
      city,
      machinery: this.#machinery,
      clinicDays: ['2026-03-03', '2026-03-04'],
      numbers: 1 + this.#dice.below(2),
      heldBack: true,
      memory: { onChange },
      wrap: (table) => this.#turns.table(table),
    });
    this.#turns.isOn = true;
  }

  async run(operations: number): Promise<void> {
    await interleave(operations, {
      dice: this.#dice,
      turns: this.#turns,
      starts: 0.3,
      passes: 0.01,
      next: () => ['do', this.#operation()],
      passTime: () => this.#here.deps.clock.advance(this.#dice.below(150) * 60_000),
      endingOf: (error) => (isCodeOnly(error) ? 'unanswered' : undefined),
    });
  }

  /** Everything that is left happens, until nothing is due any more. Then all must have ended. */
  async rest(): Promise<HistoryResult> {
    this.#turns.end();
    const world = this.#here;
    world.release();
    await world.pass(20 * DAY);
    await checkAtRest(world);
    const endings = world.deps
      .all()
      .filter(({ sk }) => sk.startsWith('referral#'))
      .map(({ status }) => String(status));
    return { writes: this.#watch.writes, endings };
  }

  async close(): Promise<void> {
    this.#turns.end();
    await this.#world?.close();
  }

  get #here(): World {
    if (this.#world === undefined) throw new Error('the history has not begun');
    return this.#world;
  }

  #operation(): () => Promise<unknown> {
    const { deps } = this.#here;
    const dice = this.#dice.next();
    const id = this.#dice.pick(this.#ids.length === 0 ? [undefined] : this.#ids);
    if (id === undefined || dice < 0.08) return () => this.#apply(deps);
    if (dice < 0.28) return () => this.#here.deliverOne(this.#dice);
    if (dice < 0.36) return () => this.#here.engine.fireDue(deps.clock.now());
    if (dice < 0.42) {
      const context = this.#dice.pick([booking, referral]);
      return () => createWorker(context, deps)({ sweep: true }, LAMBDA);
    }
    if (dice < 0.43) return () => this.#kill(id);
    if (dice < 0.44)
      return () =>
        cancelSchedule(deps, {
          institutionId: COUNTY,
          scheduleId: this.#dice.pick(CLINICS),
          reason: '停诊',
          doer: { by: 'acc-clerk' },
        });
    if (dice < 0.62) return () => this.#atBooking(deps, id);
    // Mostly the step that is wanted, by whom it is wanted of; else any step by anybody.
    return dice < 0.9 ? () => this.#wanted(deps, id) : () => this.#any(deps, id);
  }

  async #apply(deps: Deps): Promise<unknown> {
    const dice = this.#dice.next();
    const down = dice < 0.2;
    const from = down ? COUNTY : this.#dice.pick([TOWN, VILLAGE]);
    const departmentId = down ? TOWN_GP : this.#dice.pick([CARDIOLOGY, CARDIOLOGY, ENDOCRINE]);
    const standing =
      dice > 0.85 ? { standing: { intervalDays: 1, count: 2, until: '2026-03-20' as const } } : {};
    return applyForReferral(deps, {
      patientId: this.#dice.pick(PATIENTS),
      direction: down ? 'DOWN' : 'UP',
      urgency: down
        ? 'ORDINARY'
        : this.#dice.pick(['EMERGENCY', 'GREEN', 'URGENT', 'ORDINARY', 'ORDINARY'] as const),
      doer: {
        by: `acc-${from}-doctor`,
        role: 'family-doctor',
        institutionId: from,
        practitionerId: from === COUNTY ? 'dr-county' : 'dr-town',
      },
      requestKey: `apply-${this.#dice.below(6)}`,
      application: {
        toInstitutionId: down ? TOWN : COUNTY,
        toDepartmentId: departmentId,
        criteria: [down ? 'COMMON_DISEASE' : 'CRITICAL'],
        diagnosis: { icd10: 'I10', text: '高血压' },
        history: '病史',
        attachments: [{ kind: 'REPORT', id: 'r1' }],
        consent: { by: 'PATIENT', form: 'WRITTEN', on: '2026-03-02' },
        ...(down ? { plan: PLAN } : standing),
      } as never,
    });
  }

  async #kill({ referralId }: ReferralId): Promise<unknown> {
    const executionArn = `${this.#here.machineArn.replace('stateMachine', 'execution')}:${referralId}-1`;
    return this.#here.sfn('StopExecution', { executionArn }).catch(() => undefined);
  }

  async #atBooking(deps: Deps, id: ReferralId): Promise<unknown> {
    const { patientId } = id;
    const seen = await referrals.get(deps.table, id, { consistent: true });
    const appointmentId = seen?.number?.appointmentId;
    if (appointmentId === undefined) return undefined;
    const one = { patientId, appointmentId };
    const dice = this.#dice.next();
    const doer = { by: 'account-patient' };
    if (dice < 0.45) return confirmAppointment(deps, one, doer);
    if (dice < 0.53) return cancelAppointment(deps, one, { doer, atDesk: true });
    if (dice < 0.85) {
      if (this.#dice.next() < 0.6)
        deps.clock.now() < Date.parse(seen?.number?.startsAt ?? '') && this.#toClinic(seen);
      return checkIn(deps, one, doer);
    }
    return takeVisitStep(deps, one, this.#dice.pick(['call', 'start', 'fulfil'] as const), doer);
  }

  #toClinic(seen: Referral | undefined): void {
    const { clock } = this.#here.deps;
    const opens = Date.parse(seen?.number?.startsAt ?? '') - 30 * 60_000;
    if (opens > clock.now()) clock.advance(opens - clock.now());
  }

  async #wanted(deps: Deps, id: ReferralId): Promise<unknown> {
    const seen = await referrals.get(deps.table, id);
    if (seen === undefined) return undefined;
    const { institutionId } = deskOf(seen) ?? { institutionId: TOWN };
    return this.#step(deps, id, seen.status, institutionId, 0.9);
  }

  #any(deps: Deps, id: ReferralId): Promise<unknown> {
    const status = this.#dice.pick([
      'GATE_REVIEW',
      'RETURNED',
      'OFFERED',
      'CONFIRMED',
      'ARRIVED',
      'FIRST_VISIT',
    ] as const);
    return this.#step(deps, id, status, this.#dice.pick([TOWN, VILLAGE, COUNTY, CITY]), 0.5);
  }

  async #step(
    deps: Deps,
    id: ReferralId,
    status: Referral['status'],
    institutionId: string,
    hopeful: number,
  ): Promise<unknown> {
    const stepping = {
      doer: { by: `acc-${institutionId}`, role: 'referral-coordinator', institutionId },
      requestKey: `step-${this.#dice.below(1000)}`,
    };
    const home = { doer: { by: 'account-patient', role: 'resident' }, requestKey: stepping.requestKey };
    const dice = this.#dice.next();
    if (dice > 0.985) return reportDeath(deps, id, stepping);
    if (dice > 0.95) return withdrawReferral(deps, id, { reason: '不去了' }, home);
    const hoped = this.#dice.next() < hopeful;
    const reason = '理由说明';
    switch (status) {
      case 'GATE_REVIEW': {
        const decision = hoped ? 'APPROVE' : this.#dice.pick(['RETURN', 'REJECT'] as const);
        const body = decision === 'APPROVE' ? { decision } : { decision, reason };
        return reviewAtGate(deps, id, body as never, stepping);
      }
      case 'RETURNED':
        return supplementReferral(deps, id, { attachments: [] }, stepping);
      case 'OFFERED':
        return this.#decide(deps, id, hoped, stepping);
      case 'CONFIRMED':
        return recordArrival(deps, id, stepping);
      case 'ARRIVED':
        return hoped
          ? startTreatment(deps, id, stepping)
          : completeVisit(deps, id, COMPLETION as never, stepping);
      case 'IN_TREATMENT':
        return completeVisit(deps, id, COMPLETION as never, stepping);
      case 'FIRST_VISIT':
        return recordFirstVisit(deps, id, { on: '2026-03-03', findings: '平稳' }, stepping);
      default:
        return undefined;
    }
  }

  async #decide(
    deps: Deps,
    id: ReferralId,
    hoped: boolean,
    stepping: Parameters<typeof reportDeath>[2],
  ): Promise<unknown> {
    const seen = await referrals.get(deps.table, id);
    const reason = '理由说明';
    if (seen?.direction === 'DOWN') {
      const body = hoped ? ({ decision: 'ACCEPT' } as const) : ({ decision: 'DECLINE', reason } as const);
      return decideAtCommunity(deps, id, body, stepping);
    }
    if (hoped && this.#dice.next() < 0.8) return decideAtCentre(deps, id, { decision: 'ACCEPT' }, stepping);
    const target = this.#dice.pick([
      { toInstitutionId: COUNTY, toDepartmentId: ENDOCRINE },
      { toInstitutionId: COUNTY, toDepartmentId: CARDIOLOGY },
      { toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY },
    ]);
    const body = this.#dice.pick([
      { decision: 'ADMIT', expectedOn: '2026-03-03' },
      { decision: 'RETURN', reason },
      { decision: 'DECLINE', reason },
      { decision: 'REROUTE', reason, ...target },
    ] as const);
    return decideAtCentre(deps, id, body as never, stepping);
  }
}
