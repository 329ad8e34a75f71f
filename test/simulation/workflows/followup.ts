import { answerTask } from '../../../functions/followup/answer-task.ts';
import { followup } from '../../../functions/followup/context.ts';
import { endPlan } from '../../../functions/followup/end-plan.ts';
import { cancelTask, deferTask } from '../../../functions/followup/move-task.ts';
import { openPlan } from '../../../functions/followup/open-plan.ts';
import { type Plan as FollowupPlan, type Task, tasks, teams } from '../../../functions/followup/store.ts';
import { tickTask } from '../../../functions/followup/tick-task.ts';
import { isOpen } from '../../../functions/followup/transitions.ts';
import type { Stepping } from '../../../shared/access/acting.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { priorityGroupsOperation } from '../../../shared/access/priority-groups.ts';
import { addDays, dayOf } from '../../../shared/kernel/china-time.ts';
import { onTheBus } from '../../support/bus.ts';
import type { Dice } from '../../support/dice.ts';
import type { City } from '../kernel/city.ts';
import type { Actor, Operation, Part, Plan, Running } from '../kernel/part.ts';
import { FollowupWatch, SAYINGS, type Saying } from '../watch/followup.ts';
import { Outside } from './followup-outside.ts';

const PATIENTS = ['pat00001', 'pat00002'] as const;
const TEAMS = ['team-a', 'team-b'] as const;
const TEMPLATES = [
  'HYPERTENSION',
  'HYPERTENSION',
  'POST_OPERATIVE',
  'POST_OPERATIVE',
  'TUBERCULOSIS',
] as const;
/** Whose questions people here know the answers to; another's are refused. */
const ANSWERED = ['HYPERTENSION', 'POST_OPERATIVE', 'DOWN_REFERRAL'];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** An ordinary week, before Labour Day, before the national day, before a year whose notice is not out. */
const STARTS = ['2026-03-02', '2026-04-20', '2026-09-21', '2026-12-14'].map((day) => `${day}T00:00:00.000Z`);

/**
 * Two patients whose pressure is measured and who recover, two teams; `tells`: signing and referral speak by events of
 * their own, otherwise they are in the city themselves.
 */
export const followupPart = ({ tells }: { readonly tells: boolean }): Part => ({
  contexts: [followup],
  policy: {},
  starts: STARTS,
  length: [12, 50],
  // Nobody does anything for months; then all plans are ended.
  restHours: [tells ? 150 * 24 : 45 * 24, 24],
  outcomes: ['open-plan', 'say', 'defer', 'cancel-task', 'end-plan', 'tick-task', 'say-elsewhere']
    .map((name) => `${name} ok`)
    .concat(
      ['SATISFACTORY', 'UNSATISFACTORY', 'REFER', 'EMERGENCY', 'LOST', 'DECEASED', 'COMPLETED'],
      ['SIGNING_ENDED', 'DEATH_REPORTED', 'AT_HOSPITAL'],
    ),
  async open(city) {
    const practice = new Practice(city, tells);
    await practice.prepare();
    return practice.running();
  },
});

class Practice {
  readonly #city: City;
  readonly #watch = new FollowupWatch();
  readonly #outside: Outside;
  readonly #tells: boolean;

  constructor(city: City, tells: boolean) {
    this.#city = city;
    this.#tells = tells;
    this.#outside = new Outside(city.clock, PATIENTS, TEAMS);
    city.watches.push(this.#watch, {
      onChange: (change) => this.#outside.onChange(change),
      check: () => undefined,
    });
  }

  async prepare(): Promise<void> {
    const { dice, direct } = this.#city;
    const { deps } = direct;
    for (const careTeamId of TEAMS) {
      const team = {
        institutionId: this.#tells ? careTeamId.replace('team', 'town') : 'town',
        name: careTeamId,
      };
      const doctors = [`dr-${careTeamId}`, 'dr-both'];
      await teams.put(deps.table, careTeamId, { careTeamId, ...team, doctors, active: true, version: 1 });
    }
    for (const patientId of PATIENTS) {
      const holderId = `account-${patientId}`;
      const since = '2026-01-01T00:00:00.000Z';
      await deps.table.put(relationItem({ patientId, kind: 'SELF', holderId, since }));
      await deps.table.put(relationItem({ patientId, kind: 'FAMILY', holderId: 'account-relative', since }));
      if (!this.#tells) continue;
      await writePatientProfile(deps, patientId, { birthDate: '1976-05-05', sex: 'female', synthetic: true });
      await deps.table.transact([priorityGroupsOperation(patientId, ['HYPERTENSION'])]);
      if (dice.next() < 0.8) await this.#outside.sign(dice, patientId)?.work(deps, direct);
    }
    // Mostly heard of before the history begins.
    if (dice.next() < 0.8) await this.#hearAll();
  }

  running(): Running {
    return {
      watches: [],
      operations: {
        ...this.#people(),
        ...this.#doctors(),
        ...(this.#tells ? this.#outside.operations() : {}),
      },
      tidy: (round) => (round === 0 ? Promise.resolve() : this.#endAll()),
      endings: () => [
        ...this.#watch.tasks().map(({ level, cancelled, status }) => level ?? cancelled ?? status),
        ...this.#watch.plans().map(({ endedReason, status }) => endedReason ?? status),
      ],
      checkAtRest: (round) => this.#checkAtRest(round),
    };
  }

  #people(): Record<string, Operation> {
    return {
      say: this.#onTask('resident', 24, (dice, task) => this.#says(dice, task, person(dice, task)), ANSWERED),
      'say-elsewhere': this.#onTask(
        'doctor',
        8,
        (dice, task) => this.#says(dice, task, doctor(dice)),
        ANSWERED,
      ),
      defer: this.#onTask('resident', 7, (dice, task) => {
        const days = 1 + dice.below(16);
        const stepping = { ...person(dice, task), requestKey: `defer-${dice.below(6)}` };
        return {
          words: `${task.taskId} is put off by ${days} days`,
          work: (deps) => {
            const today = dayOf(deps.clock.now());
            return deferTask(deps, task, { to: addDays(task.at < today ? today : task.at, days) }, stepping);
          },
        };
      }),
      wait: {
        who: 'time',
        weight: 7,
        plan: (dice) => {
          const hours = dice.pick([1, 9, 15, 24, 24, 3 * 24, 7 * 24, 13 * 24, 30 * 24]);
          return { words: `${hours} hours pass`, work: async () => this.#city.clock.advance(hours * HOUR) };
        },
      },
    };
  }

  #doctors(): Record<string, Operation> {
    return {
      'open-plan': {
        who: 'doctor',
        weight: 9,
        plan: (dice) => {
          const [patientId, template] = [dice.pick(PATIENTS), dice.pick(TEMPLATES)];
          const [ago, requestKey] = [dice.below(4), `open-${dice.below(4)}`];
          return {
            words: `a plan ${template} is opened for ${patientId}, ${requestKey}`,
            work: (deps) =>
              openPlan(deps, {
                ...{ patientId, template, doer: DOCTOR, requestKey },
                anchor: dayOf(deps.clock.now() - ago * DAY),
              }),
          };
        },
      },
      'cancel-task': this.#onTask('doctor', 3, (dice, task) => {
        const stepping = { ...doctor(dice), requestKey: `cancel-${dice.below(4)}` };
        return {
          words: `${task.taskId} is cancelled by ${stepping.doer.practitionerId}`,
          work: (deps) => cancelTask(deps, task, stepping),
        };
      }),
      'end-plan': {
        who: 'doctor',
        weight: 1.5,
        plan: (dice) => {
          const open = this.#open();
          const some = open.length > 0 && dice.next() < 0.9 ? open : this.#watch.plans();
          if (some.length === 0) return undefined;
          const [plan, requestKey] = [dice.pick(some), `end-${dice.below(3)}`];
          return {
            words: `the plan ${plan.planId} is ended`,
            work: (deps) => endPlan(deps, plan, 'DOCTOR_ENDED', { doer: DOCTOR, requestKey }),
          };
        },
      },
      'tick-task': this.#onTask('time', 6, (_, task) => ({
        words: `time looks at ${task.taskId}`,
        work: (deps) => tickTask(deps, { key: tasks.key(task), item: { pk: '', sk: '' } }),
      })),
    };
  }

  #says(dice: Dice, task: Task, { doer }: Stepping): Plan {
    const said = dice.pick(SAYINGS.flatMap((one) => (one === 'GOOD' || one === 'BAD' ? [one, one] : [one])));
    const requestKey = `said-${said}-${dice.below(3)}`;
    const body = task.template === 'HYPERTENSION' ? pressure(said) : recovery(said);
    return {
      words: `${doer.by} answers ${task.taskId}: ${said}`,
      work: (deps) => answerTask(deps, task, body, { doer, requestKey }),
    };
  }

  /** Mostly one that is open. */
  #onTask(
    who: Actor,
    weight: number,
    plan: (dice: Dice, task: Task) => Plan,
    templates?: readonly string[],
  ): Operation {
    return {
      who,
      weight,
      plan: (dice) => {
        const all = this.#watch.tasks();
        const open = all.filter(isOpen);
        const fitting = open.filter(({ template }) => templates?.includes(template) !== false);
        const some = fitting.length > 0 && dice.next() < 0.9 ? fitting : all;
        return some.length === 0 ? undefined : plan(dice, dice.pick(some));
      },
    };
  }

  #open(): readonly FollowupPlan[] {
    return this.#watch.plans().filter(({ status }) => status !== 'ENDED');
  }

  async #hearAll(): Promise<void> {
    const { mail, direct } = this.#city;
    for (let letter = mail.first(); letter !== undefined; letter = mail.first())
      await direct.work(letter.to, { detail: onTheBus(letter.event) });
  }

  async #endAll(): Promise<void> {
    const { deps } = this.#city.direct;
    for (const plan of this.#open())
      await endPlan(deps, plan, 'DOCTOR_ENDED', { doer: DOCTOR, requestKey: 'end-all' });
  }

  #checkAtRest(round: number): void {
    this.#watch.checkAtRest(dayOf(this.#city.clock.now()));
    // In a city a contract that is renewed opens plans again.
    if (!this.#tells) return;
    if (round > 0 && this.#watch.tasks().some(isOpen)) throw new Error('F2: a task outlives its plan');
    if (round === 0) this.#checkOutside();
  }

  /** What others said last is what counts, in whatever order it came. */
  #checkOutside(): void {
    for (const plan of this.#open()) {
      const contract = this.#outside.contractOf(plan.patientId);
      if (contract !== undefined && plan.careTeamId !== contract.careTeamId)
        throw new Error(
          `F10: ${plan.template} stands with ${plan.careTeamId}, signed with ${contract.careTeamId}`,
        );
      if (contract === undefined && plan.template === 'HYPERTENSION')
        throw new Error('F10: a plan goes on that its contract was for');
      if (plan.status === 'PAUSED' && !this.#outside.isAtHospital(plan.pausedBy ?? ''))
        throw new Error(`F10: a plan waits for the return of ${plan.pausedBy}, which is over`);
    }
  }
}

const DOCTOR = {
  by: 'acc-doctor',
  role: 'family-doctor',
  institutionId: 'town-a',
  practitionerId: 'dr-both',
};

function person(dice: Dice, { patientId }: Task): Stepping {
  return {
    doer: { by: dice.pick([`account-${patientId}`, 'account-relative']), role: 'resident' },
    requestKey: '',
  };
}

/** One of a team, of both, or of neither. */
function doctor(dice: Dice): Stepping & { readonly doer: typeof DOCTOR } {
  const practitionerId = dice.pick(['dr-both', 'dr-both', 'dr-team-a', 'dr-elsewhere']);
  const institutionId = practitionerId === 'dr-elsewhere' ? 'elsewhere' : 'town-a';
  return { doer: { ...DOCTOR, by: `acc-${practitionerId}`, practitionerId, institutionId }, requestKey: '' };
}

function pressure(said: Saying): Parameters<typeof answerTask>[2] {
  const value = { GOOD: 120, WORSE: 120, BAD: 155, DANGER: 190 }[said];
  return {
    questionnaire: 'hypertension|2026-1',
    item: [
      { linkId: 'sbp', answer: [{ valueInteger: value }] },
      { linkId: 'dbp', answer: [{ valueInteger: 80 }] },
      { linkId: 'medication', answer: [{ valueCoding: { code: 'REGULAR' } }] },
      { linkId: 'adverseReaction', answer: [{ valueBoolean: false }] },
      { linkId: 'complication', answer: [{ valueBoolean: said === 'WORSE' }] },
      { linkId: 'dangerSigns', answer: [{ valueBoolean: false }] },
    ],
  };
}

function recovery(said: Saying): Parameters<typeof answerTask>[2] {
  const code = { GOOD: 'GOOD', WORSE: 'WORSE', BAD: 'SLOW', DANGER: 'GOOD' }[said];
  return {
    questionnaire: 'recovery|2026-1',
    item: [
      { linkId: 'recovery', answer: [{ valueCoding: { code } }] },
      { linkId: 'dangerSigns', answer: [{ valueBoolean: said === 'DANGER' }] },
      { linkId: 'medication', answer: [{ valueCoding: { code: 'REGULAR' } }] },
      { linkId: 'adverseReaction', answer: [{ valueBoolean: false }] },
    ],
  };
}
