import { answerTask } from '../../../functions/followup/answer-task.ts';
import { endPlan } from '../../../functions/followup/end-plan.ts';
import { cancelTask, deferTask } from '../../../functions/followup/move-task.ts';
import { openPlan } from '../../../functions/followup/open-plan.ts';
import { type Plan, type Task, teams } from '../../../functions/followup/store.ts';
import { subscriptions } from '../../../functions/followup/subscriptions.ts';
import { tickTask } from '../../../functions/followup/tick-task.ts';
import { isOpen } from '../../../functions/followup/transitions.ts';
import type { Doer } from '../../../shared/access/acting.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { priorityGroupsOperation } from '../../../shared/access/priority-groups.ts';
import { eventFor } from '../../../shared/data/events.ts';
import type { Value } from '../../../shared/data/table.ts';
import type { Deps } from '../../../shared/deps.ts';
import { addDays, dayOf } from '../../../shared/kernel/china-time.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, type Operation, Turns } from '../../support/interleaving.ts';
import { watchedTable } from '../../support/watched-table.ts';
import { RuleWatch } from './invariants.ts';
import { policyOf } from './policy-of.ts';
import { pressure, START } from './world.ts';

/**
 * One random interleaving: the sweep, residents, doctors, deaths and other contexts' events at once, every call to the
 * table let through one by one in an order that the seed says, some of them failing or going unanswered, and the rules
 * checked after every write.
 */

const PATIENTS = ['pat00001', 'pat00002'] as const;
const TEAMS = ['team-a', 'team-b'] as const;
const TEMPLATES = ['HYPERTENSION', 'POST_OPERATIVE'] as const;
const MISFORTUNE = 0.03;
const COUNT = Number(process.env['FOLLOWUP_INTERLEAVINGS'] ?? 300);
const OFTEN = [
  'open',
  'answer',
  'defer',
  'cancel',
  'tick',
  'end',
  'sign',
  'release',
  'death',
  'arrive',
  'return',
];

/** Every one of them must keep the rules, and enough of everything must have happened to prove it. */
export async function interleaveMany(part: number): Promise<void> {
  const first = Number(process.env['FOLLOWUP_SEED'] ?? 1) + part * 1_000_000;
  const outcomes = new Map<string, number>();
  let writes = 0;
  for (let seed = first; seed < first + COUNT; seed += 1) {
    const one = new Interleaving(seed);
    try {
      await one.prepare();
      for (const [name, count] of await one.run(10)) outcomes.set(name, (outcomes.get(name) ?? 0) + count);
      one.watch.checkAtRest();
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    writes += one.writes;
  }
  if (process.env['FOLLOWUP_SEED'] !== undefined) console.log(writes, [...outcomes].toSorted());
  const seldom = OFTEN.filter((name) => (outcomes.get(`${name} ok`) ?? 0) < 10);
  if (seldom.length > 0 || writes < COUNT * 3)
    throw new Error(`proves little: ${seldom.join()} ${writes} writes`);
}

class Interleaving {
  writes = 0;
  readonly watch = new RuleWatch(policyOf());
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #scene: TestDeps;
  readonly #deps: Deps;
  /** Deaths that follow-up has not taken. */
  readonly #unheard = new Set<string>();
  readonly #signings = new Map<string, string>();
  #requests = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#turns = new Turns(this.#dice, MISFORTUNE);
    this.#scene = testDeps({
      start: START,
      memory: { onChange: (change) => this.watch.onChange(change) },
    });
    this.#deps = {
      ...this.#scene,
      table: this.#turns.table(watchedTable(this.#scene.table, () => this.#look())),
    };
  }

  async prepare(): Promise<void> {
    const { table } = this.#scene;
    for (const careTeamId of TEAMS) {
      const team = { institutionId: `town-${careTeamId}`, name: careTeamId, doctors: [`dr-${careTeamId}`] };
      await teams.put(table, careTeamId, { careTeamId, ...team, active: true, version: 1 });
    }
    for (const patientId of PATIENTS) {
      await writePatientProfile(this.#scene, patientId, {
        birthDate: '1970-05-05',
        sex: 'female',
        synthetic: true,
      });
      await table.transact([priorityGroupsOperation(patientId, ['HYPERTENSION'])]);
      if (this.#dice.next() < 0.8) await this.#sign(this.#scene, patientId);
    }
    this.#look();
  }

  async run(operations: number): Promise<Map<string, number>> {
    const outcomes = await interleave(operations, {
      dice: this.#dice,
      turns: this.#turns,
      starts: 0.35,
      passes: 0.04,
      next: () => this.#operation(),
      passTime: () => this.#scene.clock.advance(this.#dice.below(30 * 24) * 3_600_000),
    });
    // The bus brings again what was not taken: a death is heard in the end.
    this.#turns.end();
    for (const patientId of this.#unheard) await this.#hear(this.#scene, 'signing.deceased', { patientId });
    return outcomes;
  }

  #operation(): Operation {
    const deps = this.#deps;
    const patientId = this.#dice.pick(PATIENTS);
    const roll = this.#dice.next();
    const open = this.#kind<Task>('task#').filter(isOpen);
    const plans = this.#kind<Plan>('plan#').filter(({ status }) => status !== 'ENDED');
    const referral = { patientId, referralId: 'ref-1', round: 1, direction: 'UP', toInstitutionId: 'county' };
    const doctor = this.#stepping('acc-doctor');
    if (roll < 0.1) return ['sign', () => this.#sign(deps, patientId)];
    if (roll < 0.14) return ['release', () => this.#release(deps, patientId)];
    if (roll < 0.18) return ['death', () => this.#die(deps, patientId)];
    if (roll < 0.22) return ['arrive', () => this.#hear(deps, 'referral.arrived', referral)];
    if (roll < 0.27) return ['return', () => this.#hear(deps, 'referral.completed', referral)];
    if (roll < 0.37 || open.length === 0) return ['open', () => this.#open(deps, patientId)];
    if (roll < 0.4 && plans.length > 0)
      return ['end', () => endPlan(deps, this.#dice.pick(plans), 'DOCTOR_ENDED', doctor)];
    const task = this.#dice.pick(open);
    const today = dayOf(deps.clock.now());
    if (roll < 0.47) {
      const to = addDays(task.at < today ? today : task.at, 1 + this.#dice.below(10));
      return ['defer', () => deferTask(deps, task, { to }, this.#stepping(`account-${task.patientId}`))];
    }
    if (roll < 0.52) return ['cancel', () => cancelTask(deps, task, doctor)];
    if (roll < 0.75 && task.template === 'HYPERTENSION') {
      const body = pressure(120 + this.#dice.below(70)) as Parameters<typeof answerTask>[2];
      return ['answer', () => answerTask(deps, task, body, this.#stepping(`account-${task.patientId}`))];
    }
    return ['tick', () => this.#tick(deps)];
  }

  /** As a sweep does, one after the other: whatever is due, by what the index says at that moment. */
  async #tick(deps: Deps): Promise<string> {
    for (let turn = 0; turn < 3; turn += 1) {
      const now = new Date(deps.clock.now()).toISOString();
      const due = this.#scene
        .all()
        .filter((item) => typeof item['dueAt'] === 'string' && item['dueAt'] <= now);
      if (due.length === 0) return turn === 0 ? 'nothing due' : 'ok';
      const item = this.#dice.pick(due);
      await tickTask(deps, { key: { pk: item.pk, sk: item.sk }, item });
    }
    return 'ok';
  }

  #open(deps: Deps, patientId: string): Promise<Plan> {
    return openPlan(deps, {
      patientId,
      template: this.#dice.pick(TEMPLATES),
      anchor: dayOf(deps.clock.now()),
      ...this.#stepping('acc-doctor'),
    });
  }

  async #sign(deps: Deps, patientId: string): Promise<void> {
    this.#requests += 1;
    const signingId = `signing-${this.#requests}`;
    this.#signings.set(patientId, signingId);
    await this.#hear(deps, 'signing.active', { patientId, signingId, careTeamId: this.#dice.pick(TEAMS) });
  }

  async #release(deps: Deps, patientId: string): Promise<void> {
    const signingId = this.#signings.get(patientId) ?? 'none';
    await this.#hear(deps, 'signing.terminated', { patientId, signingId, careTeamId: TEAMS[0] });
  }

  async #die(deps: Deps, patientId: string): Promise<void> {
    this.#unheard.add(patientId);
    await this.#hear(deps, 'referral.died', { patientId });
    this.#unheard.delete(patientId);
  }

  async #hear(deps: Deps, type: string, data: Readonly<Record<string, Value>>): Promise<void> {
    const event = eventFor(deps, type, { data });
    for (const one of subscriptions) if (one.event === type) await one.handle(deps, event);
  }

  /** Without an institution: who works where is told by other tests. */
  #stepping(by: string): { doer: Doer; requestKey: string } {
    this.#requests += 1;
    return { doer: { by, role: 'resident' }, requestKey: `request-${this.#requests}` };
  }

  #kind<T>(prefix: string): readonly T[] {
    return this.#scene.all().filter(({ sk }) => sk.startsWith(prefix)) as unknown as T[];
  }

  #look(): void {
    this.writes += 1;
    this.watch.check();
  }
}
