import { applyForSigning } from '../../../functions/signing/apply-for-signing.ts';
import { OWNER } from '../../../functions/signing/charges.ts';
import { reviewApplication, withdrawApplication } from '../../../functions/signing/decide-application.ts';
import { endOtherApplication } from '../../../functions/signing/end-other-application.ts';
import { followCharge } from '../../../functions/signing/follow-charge.ts';
import { signAgreement } from '../../../functions/signing/sign-agreement.ts';
import { type Signing, type SigningId, signings, teams } from '../../../functions/signing/store.ts';
import { reportDeath, requestTermination } from '../../../functions/signing/terminate-signing.ts';
import { tickSigning } from '../../../functions/signing/tick-signing.ts';
import { isEnded, isPending } from '../../../functions/signing/transitions.ts';
import { useEntitlement } from '../../../functions/signing/use-entitlement.ts';
import type { Doer } from '../../../shared/access/acting.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { claimCharge, markChargePaid, openCharge } from '../../../shared/charges/charge-lock.ts';
import type { Deps } from '../../../shared/deps.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, type Operation, Turns } from '../../support/interleaving.ts';
import { watchedTable } from '../../support/watched-table.ts';
import { checkRules } from './invariants.ts';
import { START, VILLAGE } from './world.ts';

/**
 * One random interleaving: operations of several people at once, every call to the table let through one by one in an
 * order that the seed says, some of them failing or going unanswered, and the rules checked after every write.
 */

const PATIENTS = ['pat00001', 'pat00002', 'pat00003'] as const;
const TEAMS = ['team-a', 'team-b'] as const;
const MISFORTUNE = 0.03;

/** A quarter of what is tried in all; each in a file of its own, so that they run side by side. */
const COUNT = Number(process.env['SIGNING_INTERLEAVINGS'] ?? 1_300);

/** Every one of them must keep the rules, and enough of everything must have happened to prove it. */
export async function interleaveMany(part: 1 | 2 | 3 | 4): Promise<void> {
  const first = Number(process.env['SIGNING_SEED'] ?? 1) + part * 1_000_000;
  const outcomes = new Map<string, number>();
  let writes = 0;
  for (let seed = first; seed < first + COUNT; seed += 1) {
    try {
      const one = await interleaveOnce(seed, 8);
      writes += one.writes;
      for (const [name, count] of one.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + count);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  if (process.env['SIGNING_SEED'] !== undefined) console.log(writes, [...outcomes].toSorted());
  const often = ['apply', 'review', 'sign', 'withdraw', 'terminate', 'death', 'use', 'pay', 'tick'];
  const seldom = often.filter((name) => (outcomes.get(`${name} ok`) ?? 0) < 20);
  if (seldom.length > 0 || writes < COUNT * 3)
    throw new Error(`proves little: ${seldom.join()} ${writes} writes`);
}

interface Outcome {
  readonly writes: number;
  /** How often each operation succeeded or was refused, by name and code. */
  readonly outcomes: ReadonlyMap<string, number>;
}

async function interleaveOnce(seed: number, operations: number): Promise<Outcome> {
  const one = new Interleaving(seed);
  await one.prepare();
  const outcomes = await one.run(operations);
  return { writes: one.writes, outcomes };
}

class Interleaving {
  writes = 0;
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #scene: TestDeps;
  readonly #deps: Deps;
  #known: readonly Signing[] = [];

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#turns = new Turns(this.#dice, MISFORTUNE);
    this.#scene = testDeps({ start: START });
    this.#deps = {
      ...this.#scene,
      table: this.#turns.table(watchedTable(this.#scene.table, () => this.#look())),
    };
  }

  async prepare(): Promise<void> {
    const { table } = this.#scene;
    for (const [index, patientId] of PATIENTS.entries()) {
      const birthDate = index === 0 ? '1950-05-05' : '1990-05-05';
      await writePatientProfile(this.#scene, patientId, { birthDate, sex: 'female', synthetic: true });
    }
    for (const careTeamId of TEAMS) {
      const capacity = 1 + this.#dice.below(2);
      await teams.put(table, careTeamId, {
        careTeamId,
        institutionId: 'town',
        name: careTeamId,
        doctors: [`dr-${careTeamId}`, 'dr-both'],
        serviceArea: [VILLAGE],
        active: true,
        capacity,
        free: capacity,
        reserved: 0,
        signed: 0,
        version: 1,
      });
    }
    // Some start with a contract, so that moves, terminations and deaths have something to begin with.
    for (const patientId of PATIENTS) if (this.#dice.next() < 0.6) await this.#signAtOnce(patientId);
    this.#look();
  }

  run(operations: number): Promise<Map<string, number>> {
    return interleave(operations, {
      dice: this.#dice,
      turns: this.#turns,
      starts: 0.35,
      passes: 0.01,
      next: () => this.#operation(),
      passTime: () => this.#scene.clock.advance(this.#dice.below(40) * 24 * 3_600_000),
    });
  }

  async #signAtOnce(patientId: string): Promise<void> {
    const deps = this.#scene;
    try {
      const { signingId } = await this.#apply(deps, patientId);
      const id = { patientId, signingId };
      await reviewApplication(deps, id, { decision: 'APPROVE' }, this.#doctor(id));
      await this.#sign(deps, id, 'resident');
      if (this.#dice.next() < 0.8) await this.#sign(deps, id, 'team');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #operation(): Operation {
    const deps = this.#deps;
    const dice = this.#dice.next();
    const patientId = this.#dice.pick(PATIENTS);
    if (dice < 0.25 || this.#known.length === 0) return ['apply', () => this.#apply(deps, patientId)];
    const open = this.#known.filter((one) => !isEnded(one));
    const known = this.#dice.pick(open.length > 0 && dice < 0.97 ? open : this.#known);
    const { charge } = known;
    const id = { patientId: known.patientId, signingId: known.signingId };
    const review = (): Operation => {
      const decision = this.#dice.next() < 0.8 ? 'APPROVE' : 'REJECT';
      return ['review', () => reviewApplication(deps, id, { decision }, this.#doctor(id))];
    };
    // Mostly what the state allows, so that races are about something; now and then what it does not.
    if (isPending(known) && dice > 0.85)
      return ['withdraw', () => withdrawApplication(deps, id, this.#home(id))];
    if (known.status === 'TEAM_REVIEW' && dice < 0.7) return review();
    const signs = known.status === 'SIGNING' || known.status === 'TERMINATING' || known.status === 'RENEWAL';
    if ((signs && dice < 0.75) || dice < 0.35)
      return ['sign', () => this.#sign(deps, id, this.#dice.pick(['resident', 'team'] as const))];
    if (charge?.status === 'OPEN' && dice < 0.75) return this.#payment(id, charge);
    if (dice < 0.38) return review();
    if (dice < 0.4) return ['withdraw', () => withdrawApplication(deps, id, this.#home(id))];
    if (dice < 0.62)
      return [
        'terminate',
        () => requestTermination(deps, id, 'RESIDENT', { reason: 'OTHER' }, this.#home(id)),
      ];
    if (dice < 0.68) return ['death', () => reportDeath(deps, id, this.#doctor(id))];
    if (dice < 0.72) return ['end-others', () => endOtherApplication(deps, id)];
    if (dice < 0.85) {
      const { doer, requestKey } = this.#doctor(id);
      return ['use', () => useEntitlement(deps, id, { itemId: 'HEALTH_ASSESSMENT', doer, requestKey })];
    }
    return ['tick', () => tickSigning(deps, { key: signings.key(id), item: { pk: '', sk: '' } })];
  }

  #payment(id: SigningId, charge: NonNullable<Signing['charge']>): Operation {
    const facts = { owner: OWNER, patientId: id.patientId, ...charge };
    const step = this.#dice.pick(['claim', 'pay', 'pay', 'open'] as const);
    const work = async (): Promise<void> => {
      const operation = {
        claim: () => claimCharge(this.#deps, facts, 'settlement-1'),
        pay: () => markChargePaid(this.#deps, facts, 'settlement-1'),
        open: () => openCharge(this.#deps, facts, 'settlement-1'),
      }[step]();
      await this.#deps.table.transact([operation]);
      await followCharge(this.#deps, { patientId: id.patientId, chargeId: charge.chargeId });
    };
    return [step, work];
  }

  async #apply(deps: Deps, patientId: string): Promise<Signing> {
    const held = this.#known.find((one) => one.patientId === patientId && one.status === 'ACTIVE');
    const moves = held !== undefined && this.#dice.next() < 0.8;
    return applyForSigning(deps, {
      patientId,
      application: {
        careTeamId: this.#dice.pick(TEAMS),
        packageIds: this.#dice.next() < 0.5 ? ['FAMILY_PLUS'] : [],
        divisionCode: VILLAGE,
        ...(moves ? { replaces: held.signingId } : {}),
      },
      ...this.#home({ patientId, signingId: '' }),
    });
  }

  async #sign(deps: Deps, id: SigningId, party: 'resident' | 'team'): Promise<Signing> {
    const { agreement } = (await signings.get(deps.table, id)) ?? {};
    const stepping = party === 'team' ? this.#doctor(id) : this.#home(id);
    return signAgreement(deps, id, party, { sha256: agreement?.sha256 ?? '' }, stepping);
  }

  #home({ patientId }: SigningId): { doer: Doer; requestKey: string } {
    return {
      doer: { by: `account-${patientId}`, role: 'resident' },
      requestKey: `request-${this.#dice.below(20)}`,
    };
  }

  #doctor({ patientId }: SigningId): { doer: Doer; requestKey: string } {
    const doer = {
      by: 'acc-doctor',
      role: 'family-doctor',
      institutionId: 'town',
      practitionerId: 'dr-both',
    };
    return { doer, requestKey: `${patientId}-${this.#dice.below(20)}` };
  }

  #look(): void {
    this.writes += 1;
    const items = this.#scene.all();
    checkRules(items, new Date(this.#scene.clock.now()).toISOString());
    this.#known = items.filter(({ sk }) => sk.startsWith('signing#')) as unknown as readonly Signing[];
  }
}
