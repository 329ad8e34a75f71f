import { onTestFinished } from 'vitest';
import { followup } from '../../../functions/followup/context.ts';
import { type Plan, plans, type Task } from '../../../functions/followup/store.ts';
import { signing } from '../../../functions/signing/context.ts';
import { registerSignings } from '../../../functions/signing/register-signings.ts';
import { SYSTEM } from '../../../shared/access/acting.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { eventFor } from '../../../shared/data/events.ts';
import type { Value } from '../../../shared/data/table.ts';
import { type Day, dayOf } from '../../../shared/kernel/china-time.ts';
import type { TestDepsOptions } from '../../support/deps.ts';
import { type MachineWorld, openMachineWorld } from '../../support/workflows/machine-world.ts';
import { type Answer, door, resident, staff } from '../booking/door.ts';

/** Follow-up beside signing, over one table: contracts are real ones, referral's events are put in. */

export const TOWN = 'town';
export const OTHER_TOWN = 'other-town';
export const TEAM = 'team-1';
export const OTHER_TEAM = 'team-2';
export const VILLAGE = '410425101001';
export const DAY_MS = 24 * 3_600_000;
/** Monday 2026-03-02, 08:00 in China. */
export const START = '2026-03-02T00:00:00.000Z';
/** 75 years old. */
export const OLD = 'pat00001';
/** 50 years old. */
export const ADULT = 'pat00002';
/** One month old. */
export const BABY = 'pat00003';

type Group = Parameters<typeof registerSignings>[1][number]['groups'][number];

export interface World extends Pick<MachineWorld, 'deps' | 'settle' | 'pass' | 'events'> {
  /** Signs somebody on paper, with the groups that their record says. */
  sign(patientId: string, groups?: readonly Group[], careTeamId?: string): Promise<void>;
  /** What another context says. */
  tell(type: string, data: Readonly<Record<string, Value>>): Promise<void>;
  /** What signing says of a contract; left out: of the one that the patient has. */
  tellSigning(
    status: 'active' | 'terminated' | 'expired' | 'deceased' | 'moved',
    of: { readonly patientId: string; readonly signingId?: string; readonly careTeamId?: string },
  ): Promise<void>;
  plansOf(patientId: string): Promise<readonly Plan[]>;
  tasksOf(patientId: string): Promise<readonly Task[]>;
  today(): Day;
  readonly people: ReturnType<typeof peopleOf>;
}

export interface Person {
  get(path: string, query?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, key?: string): Promise<Answer>;
}

export async function openWorld(options: TestDepsOptions = {}): Promise<World> {
  const world = await openMachineWorld({ start: START, owner: signing, others: [followup], ...options });
  onTestFinished(() => world.close());
  const { deps, settle } = world;
  const tell: World['tell'] = async (type, data) => {
    const event = eventFor(deps, type, { data });
    await deps.table.put({ pk: `outside#${event.id}`, sk: 'event' }, { event });
    await settle();
  };
  for (const [careTeamId, institutionId, doctors] of [
    [TEAM, TOWN, ['dr-1', 'dr-2']],
    [OTHER_TEAM, OTHER_TOWN, ['dr-4']],
  ] as const) {
    await tell('directory.care-team-changed', {
      careTeamId,
      institutionId,
      name: `团队${careTeamId}`,
      leaderId: doctors[0],
      memberIds: doctors.slice(1),
      serviceArea: [VILLAGE.slice(0, 9)],
      capacity: 3_000,
      active: true,
      version: 1,
    });
  }
  for (const institutionId of [TOWN, OTHER_TOWN, 'village'])
    await deps.table.put({
      pk: `institution#${institutionId}`,
      sk: 'place',
      institutionId,
      ancestors: [],
      level: 'township',
      active: true,
    });
  const births = { [OLD]: '1950-05-05', [ADULT]: '1976-01-01', [BABY]: '2026-02-01' } as const;
  for (const [patientId, birthDate] of Object.entries(births))
    await writePatientProfile(deps, patientId, { birthDate, sex: 'female', synthetic: true });
  const items = <T>(prefix: string, patientId: string): readonly T[] =>
    deps
      .all()
      .filter(
        ({ pk, sk }) => pk === `followup#patient#${patientId}` && sk.startsWith(prefix),
      ) as unknown as T[];

  return {
    ...world,
    tell,
    today: () => dayOf(deps.clock.now()),
    async sign(patientId, groups = [], careTeamId = TEAM) {
      const line = {
        patientId,
        careTeamId,
        divisionCode: VILLAGE,
        groups,
        signedOn: dayOf(deps.clock.now()),
      };
      const [answer] = await registerSignings(deps, [line], SYSTEM);
      if (answer?.ok !== true) throw new Error(JSON.stringify(answer));
      await settle();
    },
    async tellSigning(status, { patientId, careTeamId = TEAM, signingId }) {
      const [own] = deps
        .all()
        .filter(({ pk, sk }) => pk === `signing#patient#${patientId}` && sk.startsWith('signing#'));
      await tell(`signing.${status}`, {
        patientId,
        signingId: signingId ?? String(own?.['signingId']),
        careTeamId,
        status: status.toUpperCase(),
        round: 1,
        runs: 0,
        by: 'system',
        role: 'system',
      });
    },
    plansOf: async (patientId) => items<Plan>(plans.key({ patientId, planId: '' }).sk, patientId),
    tasksOf: async (patientId) =>
      items<Task>('task#', patientId).toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1)),
    people: peopleOf(world),
  };
}

function peopleOf(world: MachineWorld) {
  const ask = door(world.deps, followup);
  const person = (login: () => Promise<string>): Person => {
    const send = async (method: string, path: string, more: object): Promise<Answer> => {
      const answer = await ask(method, path, { as: await login(), ...more });
      await world.settle();
      return answer;
    };
    return {
      get: (path, query) => send('GET', path, query === undefined ? {} : { query }),
      post: (path, body = {}, key) => send('POST', path, { body, ...(key === undefined ? {} : { key }) }),
    };
  };
  const { deps } = world;
  type Roles = Parameters<typeof staff>[2];
  const employed = (roles: Roles, accountId: string, institutionId: string, practitionerId?: string) =>
    person(() =>
      staff(deps, accountId, roles, {
        institutionId,
        ...(practitionerId === undefined ? {} : { practitionerId }),
      }),
    );
  return {
    of: (patientId: string) => person(() => resident(deps, `account-${patientId}`, patientId)),
    relativeOf: (patientId: string) => person(() => resident(deps, 'account-relative', patientId, 'FAMILY')),
    stranger: person(() => resident(deps, 'account-stranger')),
    doctor: employed(['family-doctor'], 'acc-dr-1', TOWN, 'dr-1'),
    /** Employed by the village, of the town's team. */
    villageDoctor: employed(['village-doctor'], 'acc-dr-2', 'village', 'dr-2'),
    otherDoctor: employed(['family-doctor'], 'acc-dr-4', OTHER_TOWN, 'dr-4'),
    clerk: employed(['clerk'], 'acc-clerk', TOWN),
    otherClerk: employed(['clerk'], 'acc-clerk-2', OTHER_TOWN),
  };
}

export interface Shown {
  readonly planId: string;
  readonly template: string;
  readonly status: string;
  readonly questionnaire: string;
  readonly careTeamId?: string;
  readonly outOfControl?: { readonly level: string; readonly reasons: readonly string[] };
  readonly proposal?: { readonly reasons: readonly string[]; readonly referralId?: string };
  readonly control?: { readonly months: number; readonly grade?: string };
  readonly endedReason?: string;
  readonly task?: TaskShown;
}

export interface TaskShown {
  readonly taskId: string;
  readonly kind: string;
  readonly status: string;
  readonly dueOn: Day;
  readonly until: Day;
  readonly provisional: boolean;
  readonly level?: string;
}

export const shown = <T = Shown>(answer: Answer): T => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as T;
};

export function plansPath(patientId: string, planId = '', step = ''): string {
  return [`/followup/patients/${patientId}/plans`, planId, step].filter((part) => part !== '').join('/');
}

export function taskPath(patientId: string, planId: string, taskId: string, step = 'answer'): string {
  return `${plansPath(patientId, planId)}/tasks/${taskId}/${step}`;
}

/** A whole answer to the questionnaire of hypertension. */
export function pressure(sbp: number, dbp = 80, more: Readonly<Record<string, boolean>> = {}): object {
  const { adverseReaction = false, complication = false, dangerSigns = false } = more;
  const yesNo = { adverseReaction, complication, dangerSigns };
  return {
    questionnaire: 'hypertension|2026-1',
    item: [
      { linkId: 'sbp', answer: [{ valueInteger: sbp }] },
      { linkId: 'dbp', answer: [{ valueInteger: dbp }] },
      { linkId: 'medication', answer: [{ valueCoding: { code: 'REGULAR' } }] },
      ...Object.entries(yesNo).map(([linkId, valueBoolean]) => ({ linkId, answer: [{ valueBoolean }] })),
      ...(adverseReaction ? [{ linkId: 'adverseReactionText', answer: [{ valueString: '干咳' }] }] : []),
    ],
  };
}

/** Signs somebody with hypertension: their plan, which signing has opened. */
export async function hypertensive(world: World, patientId = ADULT): Promise<Shown> {
  await world.sign(patientId, ['HYPERTENSION']);
  return current(world, patientId);
}

export async function current(world: World, patientId = ADULT, template = 'HYPERTENSION'): Promise<Shown> {
  const { plans: all } = shown<{ plans: readonly Shown[] }>(
    await world.people.of(patientId).get(plansPath(patientId)),
  );
  const found = all.find((plan) => plan.template === template);
  if (found === undefined) throw new Error(`no plan ${template}`);
  return found;
}

/** Answers the task that is open. */
export async function report(
  world: World,
  body: object,
  { patientId = ADULT, by = world.people.of(patientId) }: { patientId?: string; by?: Person } = {},
): Promise<Shown> {
  const { planId, task } = await current(world, patientId);
  const answer = await by.post(taskPath(patientId, planId, task?.taskId ?? ''), body);
  return shown<{ plan: Shown }>(answer).plan;
}
