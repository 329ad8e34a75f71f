import { applyForSigning } from '../../../functions/signing/apply-for-signing.ts';
import { OWNER } from '../../../functions/signing/charges.ts';
import { signing } from '../../../functions/signing/context.ts';
import { reviewApplication, withdrawApplication } from '../../../functions/signing/decide-application.ts';
import { endOtherApplication } from '../../../functions/signing/end-other-application.ts';
import { followCharge } from '../../../functions/signing/follow-charge.ts';
import { signAgreement } from '../../../functions/signing/sign-agreement.ts';
import { type Signing, type SigningId, signings, teams } from '../../../functions/signing/store.ts';
import { reportDeath, requestTermination } from '../../../functions/signing/terminate-signing.ts';
import { tickSigning } from '../../../functions/signing/tick-signing.ts';
import { isEnded, isPending } from '../../../functions/signing/transitions.ts';
import { useEntitlement } from '../../../functions/signing/use-entitlement.ts';
import type { Stepping } from '../../../shared/access/acting.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { claimCharge, markChargePaid, openCharge } from '../../../shared/charges/charge-lock.ts';
import type { Deps } from '../../../shared/deps.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { VILLAGE } from '../../contexts/signing/world.ts';
import type { Dice } from '../../support/dice.ts';
import type { City } from '../kernel/city.ts';
import type { Actor, Operation, Part, Plan, Running } from '../kernel/part.ts';
import { SigningWatch } from '../watch/signing.ts';

const PATIENTS = ['pat00001', 'pat00002', 'pat00003'] as const;
const TEAMS = ['team-a', 'team-b'] as const;
const SETTLEMENT = 'settlement-1';
/** Payment gives up an order a day after its time. */
const LONGEST_PAYMENT_MS = 24.5 * 3_600_000;

/** Three residents, two small teams with a doctor in common, a payment that moves locks, and the signing's machine. */
export const signingPart = ({ pays }: { readonly pays: boolean }): Part => ({
  contexts: [signing],
  machines: ['signing'],
  policy: {},
  starts: ['2026-03-02T00:00:00.000Z'],
  length: [6, 22],
  // A contract runs for a year; who moved on the last day of one has another.
  restHours: [2, 30 * 24, 500 * 24, 500 * 24],
  outcomes: [
    ...['apply', 'review', 'sign', 'withdraw-signing', 'terminate', 'death', 'use', 'tick-signing'],
    ...(pays ? ['pay-signing'] : []),
  ].map((name) => `${name} ok`),
  async open(city) {
    const office = new Office(city, pays);
    await office.prepare();
    return office.running();
  },
});

class Office {
  readonly #city: City;
  readonly #pays: boolean;
  readonly #watch: SigningWatch;

  constructor(city: City, pays: boolean) {
    this.#city = city;
    this.#pays = pays;
    this.#watch = new SigningWatch(() => city.now());
    city.watches.push(this.#watch);
  }

  async prepare(): Promise<void> {
    const { dice, direct } = this.#city;
    const { deps } = direct;
    for (const [index, patientId] of PATIENTS.entries()) {
      const birthDate = index === 0 ? '1950-05-05' : '1990-05-05';
      await writePatientProfile(deps, patientId, { birthDate, sex: 'female', synthetic: true });
    }
    for (const careTeamId of TEAMS) {
      const capacity = 1 + dice.below(2);
      await teams.put(deps.table, careTeamId, {
        ...{ careTeamId, institutionId: 'town', name: careTeamId, doctors: [`dr-${careTeamId}`, 'dr-both'] },
        ...{
          serviceArea: [VILLAGE],
          active: true,
          capacity,
          free: capacity,
          reserved: 0,
          signed: 0,
          version: 1,
        },
      });
    }
    // Some start with a contract, so that moves, terminations and deaths have something to begin with.
    for (const patientId of PATIENTS) if (dice.next() < 0.6) await this.#signAtOnce(deps, dice, patientId);
  }

  running(): Running {
    return {
      watches: [],
      operations: { ...this.#homes(), ...this.#teams(), ...(this.#pays ? this.#payments() : {}) },
      due: {
        run: () => this.#endPayments(),
        next: async (now) => {
          const ends = this.#watch.claims().map(({ at }) => Math.max(at + LONGEST_PAYMENT_MS, now + 1));
          return ends.length === 0 ? undefined : Math.min(...ends);
        },
      },
      checkAtRest: (round) => (round === 3 ? this.#watch.checkAtRest() : undefined),
    };
  }

  /** Payments end: a day after they began where WeChat is not to be had. */
  async #endPayments(): Promise<void> {
    const { clock, direct } = this.#city;
    for (const { at, ...id } of this.#watch.claims())
      if (at + LONGEST_PAYMENT_MS <= clock.now())
        await direct.deps.table.transact([openCharge(direct.deps, { owner: OWNER, ...id }, SETTLEMENT)]);
  }

  async #signAtOnce(deps: Deps, dice: Dice, patientId: string): Promise<void> {
    try {
      const { signingId } = await this.#apply(dice, patientId)(deps);
      const id = { patientId, signingId };
      await reviewApplication(deps, id, { decision: 'APPROVE' }, doctor(dice, id));
      await sign(deps, id, 'resident', home(dice, id));
      if (dice.next() < 0.8) await sign(deps, id, 'team', doctor(dice, id));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #homes(): Record<string, Operation> {
    return {
      apply: {
        who: 'resident',
        weight: 14,
        plan: (dice) => {
          const patientId = dice.pick(PATIENTS);
          return { words: `${patientId} applies`, work: this.#apply(dice, patientId) };
        },
      },
      sign: this.#with('resident', 16, ['SIGNING', 'TERMINATING', 'RENEWAL'], 'is signed', (dice, id) => {
        const party = dice.pick(['resident', 'team'] as const);
        const stepping = party === 'team' ? doctor(dice, id) : home(dice, id);
        return (deps) => sign(deps, id, party, stepping);
      }),
      'withdraw-signing': this.#with('resident', 4, isPending, 'is withdrawn', (dice, id) => {
        const stepping = home(dice, id);
        return (deps) => withdrawApplication(deps, id, stepping);
      }),
      terminate: this.#with('resident', 6, ['ACTIVE', 'RENEWAL'], 'is to be terminated', (dice, id) => {
        const stepping = home(dice, id);
        return (deps) => requestTermination(deps, id, 'RESIDENT', { reason: 'OTHER' }, stepping);
      }),
    };
  }

  #teams(): Record<string, Operation> {
    return {
      review: this.#with('doctor', 10, ['TEAM_REVIEW'], 'is reviewed', (dice, id) => {
        const decision = dice.next() < 0.8 ? ('APPROVE' as const) : ('REJECT' as const);
        const stepping = doctor(dice, id);
        return (deps) => reviewApplication(deps, id, { decision }, stepping);
      }),
      death: this.#with(
        'doctor',
        2,
        () => true,
        'ends by death',
        (dice, id) => {
          const stepping = doctor(dice, id);
          return (deps) => reportDeath(deps, id, stepping);
        },
      ),
      'end-others': this.#with(
        'time',
        2,
        () => true,
        'looks for its patient’s other application',
        (_, id) => {
          return (deps) => endOtherApplication(deps, id);
        },
      ),
      use: this.#with('doctor', 10, ['ACTIVE'], 'is used once more', (dice, id) => {
        const { doer } = doctor(dice, id);
        // Few, so that one is often used again.
        const requestKey = `use-${dice.below(2)}`;
        // Once in a term, and four times.
        const itemId = dice.pick(['HEALTH_ASSESSMENT', 'FOLLOW_UP', 'FOLLOW_UP']);
        return (deps) => useEntitlement(deps, id, { itemId, doer, requestKey });
      }),
      'tick-signing': this.#with(
        'time',
        4,
        () => true,
        'is looked at by time',
        (_, id) => {
          return (deps) => tickSigning(deps, { key: signings.key(id), item: { pk: '', sk: '' } });
        },
      ),
      season: {
        who: 'time',
        weight: 0.7,
        // Weeks and months, in which reminders, lapses and renewals come.
        plan: (dice) => {
          const days = dice.pick([3, 20, 40, 340]);
          return {
            words: `${days} days pass`,
            work: async () => this.#city.clock.advance(days * 86_400_000),
          };
        },
      },
    };
  }

  #payments(): Record<string, Operation> {
    const step = (name: 'claim' | 'pay' | 'open', weight: number): Operation => ({
      who: 'provider',
      weight,
      plan: (dice) => {
        const owing = this.#known().filter(({ charge }) => charge?.status === 'OPEN');
        const { patientId, charge } = owing.length === 0 ? {} : dice.pick(owing);
        if (patientId === undefined || charge === undefined) return undefined;
        const facts = { owner: OWNER, patientId, ...charge };
        return {
          words: `the payment of ${charge.chargeId} takes the step ${name}`,
          work: async (deps) => {
            const operation = {
              claim: () => claimCharge(deps, facts, SETTLEMENT),
              pay: () => markChargePaid(deps, facts, SETTLEMENT),
              open: () => openCharge(deps, facts, SETTLEMENT),
            }[name]();
            await deps.table.transact([operation]);
            await followCharge(deps, { patientId, chargeId: charge.chargeId });
          },
        };
      },
    });
    return {
      'claim-signing': step('claim', 3),
      'pay-signing': step('pay', 6),
      'open-signing': step('open', 2),
    };
  }

  #apply(dice: Dice, patientId: string): (deps: Deps) => Promise<Signing> {
    const held = this.#known().find((one) => one.patientId === patientId && one.status === 'ACTIVE');
    const moves = held !== undefined && dice.next() < 0.8;
    const order = {
      patientId,
      application: {
        careTeamId: dice.pick(TEAMS),
        packageIds: dice.next() < 0.5 ? ['FAMILY_PLUS'] : [],
        divisionCode: VILLAGE,
        ...(moves ? { replaces: held.signingId } : {}),
      },
      ...home(dice, { patientId, signingId: '' }),
    };
    return (deps) => applyForSigning(deps, order);
  }

  /** Mostly what the state allows, so that races are about something; now and then what it does not. */
  #with(
    who: Actor,
    weight: number,
    fits: readonly Signing['status'][] | ((one: Signing) => boolean),
    words: string,
    work: (dice: Dice, id: SigningId) => (deps: Deps) => Promise<unknown>,
  ): Operation {
    const does = (one: Signing): boolean =>
      typeof fits === 'function' ? fits(one) : fits.includes(one.status);
    return {
      who,
      weight,
      plan: (dice): Plan | undefined => {
        const open = this.#known().filter((one) => !isEnded(one));
        const fitting = open.filter(does);
        const some = fitting.length > 0 && dice.next() < 0.85 ? fitting : this.#known();
        if (some.length === 0) return undefined;
        const { patientId, signingId } = dice.pick(some);
        const id = { patientId, signingId };
        return { words: `${patientId}’s signing ${signingId} ${words}`, work: work(dice, id) };
      },
    };
  }

  #known(): readonly Signing[] {
    return this.#watch.signings();
  }
}

async function sign(
  deps: Deps,
  id: SigningId,
  party: 'resident' | 'team',
  stepping: Stepping,
): Promise<Signing> {
  const { agreement } = (await signings.get(deps.table, id)) ?? {};
  return signAgreement(deps, id, party, { sha256: agreement?.sha256 ?? '' }, stepping);
}

function home(dice: Dice, { patientId }: SigningId): Stepping {
  return {
    doer: { by: `account-${patientId}`, role: 'resident' },
    requestKey: `request-${dice.below(20)}`,
  };
}

function doctor(dice: Dice, { patientId }: SigningId): Stepping {
  const doer = { by: 'acc-doctor', role: 'family-doctor', institutionId: 'town', practitionerId: 'dr-both' };
  return { doer, requestKey: `${patientId}-${dice.below(20)}` };
}
