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
import type { Table } from '../../../shared/data/table.ts';
import { TableUnavailable } from '../../../shared/data/table-errors.ts';
import type { Deps } from '../../../shared/deps.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { checkRules } from './invariants.ts';
import { START, VILLAGE } from './world.ts';

/**
 * One random interleaving: operations of several people at once, every call to the table let through one by one in an
 * order that the seed says, some of them failing or going unanswered, and the rules checked after every write.
 */

const PATIENTS = ['pat00001', 'pat00002', 'pat00003'] as const;
const TEAMS = ['team-a', 'team-b'] as const;
const MOST_AT_ONCE = 4;
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
      const one = await interleave(seed, 8);
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

async function interleave(seed: number, operations: number): Promise<Outcome> {
  const one = new Interleaving(seed);
  await one.prepare();
  await one.run(operations);
  return { writes: one.writes, outcomes: one.outcomes };
}

class Interleaving {
  writes = 0;
  readonly outcomes = new Map<string, number>();
  readonly #random: () => number;
  readonly #scene: TestDeps;
  readonly #deps: Deps;
  readonly #waiting: (() => void)[] = [];
  #known: readonly Signing[] = [];
  #running = 0;
  #failure: unknown;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
    this.#scene = testDeps({ start: START });
    this.#deps = { ...this.#scene, table: this.#watched(this.#scene.table) };
  }

  async prepare(): Promise<void> {
    const { table } = this.#scene;
    for (const [index, patientId] of PATIENTS.entries()) {
      const birthDate = index === 0 ? '1950-05-05' : '1990-05-05';
      await writePatientProfile(this.#scene, patientId, { birthDate, sex: 'female', synthetic: true });
    }
    for (const careTeamId of TEAMS) {
      const capacity = 1 + this.#below(2);
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
    for (const patientId of PATIENTS) if (this.#random() < 0.6) await this.#signAtOnce(patientId);
    this.#look();
  }

  async run(operations: number): Promise<void> {
    let started = 0;
    while (started < operations || this.#running > 0) {
      const dice = this.#random();
      if (started < operations && this.#running < MOST_AT_ONCE && (dice < 0.35 || this.#running === 0)) {
        started += 1;
        this.#start();
      } else if (dice > 0.99) {
        this.#scene.clock.advance(this.#below(40) * 24 * 3_600_000);
      } else {
        this.#waiting.splice(this.#below(this.#waiting.length), 1)[0]?.();
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async #signAtOnce(patientId: string): Promise<void> {
    const deps = this.#scene;
    try {
      const { signingId } = await this.#apply(deps, patientId);
      const id = { patientId, signingId };
      await reviewApplication(deps, id, { decision: 'APPROVE' }, this.#doctor(id));
      await this.#sign(deps, id, 'resident');
      if (this.#random() < 0.8) await this.#sign(deps, id, 'team');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #start(): void {
    const [name, work] = this.#operation();
    this.#running += 1;
    work().then(
      () => this.#ended(name, 'ok'),
      (error: unknown) => {
        const isAccident = error instanceof TableUnavailable;
        if (!(error instanceof Refusal) && !isAccident) this.#failure ??= error;
        this.#ended(name, error instanceof Refusal ? error.code : 'unanswered');
      },
    );
  }

  #ended(name: string, outcome: string): void {
    this.#running -= 1;
    const key = `${name} ${outcome}`;
    this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
  }

  #operation(): readonly [string, () => Promise<unknown>] {
    const deps = this.#deps;
    const dice = this.#random();
    const patientId = this.#pick(PATIENTS);
    if (dice < 0.25 || this.#known.length === 0) return ['apply', () => this.#apply(deps, patientId)];
    const open = this.#known.filter((one) => !isEnded(one));
    const known = this.#pick(open.length > 0 && dice < 0.97 ? open : this.#known);
    const { charge } = known;
    const id = { patientId: known.patientId, signingId: known.signingId };
    const review = (): readonly [string, () => Promise<unknown>] => {
      const decision = this.#random() < 0.8 ? 'APPROVE' : 'REJECT';
      return ['review', () => reviewApplication(deps, id, { decision }, this.#doctor(id))];
    };
    // Mostly what the state allows, so that races are about something; now and then what it does not.
    if (isPending(known) && dice > 0.85)
      return ['withdraw', () => withdrawApplication(deps, id, this.#home(id))];
    if (known.status === 'TEAM_REVIEW' && dice < 0.7) return review();
    const signs = known.status === 'SIGNING' || known.status === 'TERMINATING' || known.status === 'RENEWAL';
    if ((signs && dice < 0.75) || dice < 0.35)
      return ['sign', () => this.#sign(deps, id, this.#pick(['resident', 'team'] as const))];
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

  #payment(id: SigningId, charge: NonNullable<Signing['charge']>): readonly [string, () => Promise<unknown>] {
    const facts = { owner: OWNER, patientId: id.patientId, ...charge };
    const step = this.#pick(['claim', 'pay', 'pay', 'open'] as const);
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
    const moves = held !== undefined && this.#random() < 0.8;
    return applyForSigning(deps, {
      patientId,
      application: {
        careTeamId: this.#pick(TEAMS),
        packageIds: this.#random() < 0.5 ? ['FAMILY_PLUS'] : [],
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
      requestKey: `request-${this.#below(20)}`,
    };
  }

  #doctor({ patientId }: SigningId): { doer: Doer; requestKey: string } {
    const doer = {
      by: 'acc-doctor',
      role: 'family-doctor',
      institutionId: 'town',
      practitionerId: 'dr-both',
    };
    return { doer, requestKey: `${patientId}-${this.#below(20)}` };
  }

  /** Every call waits for its turn; a write may be lost, or done and not answered; then the rules must hold. */
  #watched(table: Table): Table {
    const turn = async <T>(call: () => Promise<T>): Promise<T> => {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return call();
    };
    const write = async <T>(call: () => Promise<T>): Promise<T> => {
      const dice = this.#random();
      if (dice < MISFORTUNE / 2) throw new TableUnavailable('ThrottlingException', 'no');
      const answer = await turn(call);
      this.#look();
      if (dice < MISFORTUNE) throw new TableUnavailable('TimeoutError', 'unknown');
      return answer;
    };
    return {
      get: (...args) => turn(() => table.get(...args)),
      getMany: (...args) => turn(() => table.getMany(...args)),
      query: (...args) => turn(() => table.query(...args)),
      put: (...args) => write(() => table.put(...args)),
      update: (...args) => write(() => table.update(...args)),
      delete: (...args) => write(() => table.delete(...args)),
      transact: (...args) => write(() => table.transact(...args)),
    };
  }

  #look(): void {
    this.writes += 1;
    const items = this.#scene.all();
    checkRules(items, new Date(this.#scene.clock.now()).toISOString());
    this.#known = items.filter(({ sk }) => sk.startsWith('signing#')) as unknown as readonly Signing[];
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(some: readonly T[]): T {
    const found = some[this.#below(some.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }
}

/** A small generator of numbers in [0, 1) that a seed repeats. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
