import { onTestFinished } from 'vitest';
import { signing } from '../../../functions/signing/context.ts';
import type { TestDepsOptions } from '../../support/deps.ts';
import { type Answer, door, resident, staff } from '../booking/door.ts';
import { ADULT, OLD, OTHER_TEAM, OTHER_TOWN, openWorld, TEAM, TOWN, VILLAGE, type World } from './world.ts';

/** People of a signing, each through the front door with a session of their own. */

export interface Person {
  get(path: string, query?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, key?: string): Promise<Answer>;
  put(path: string, body?: unknown): Promise<Answer>;
}

export interface Shown {
  readonly signingId: string;
  readonly patientId: string;
  readonly status: string;
  readonly agreement?: { readonly sha256: string; readonly text: string; readonly kind: string };
  readonly entitlements: readonly { readonly itemId: string; readonly left: number }[];
  readonly quote: { readonly dueFen: number; readonly subsidyFen: number; readonly waivedFen: number };
  readonly term?: { readonly from: string; readonly until: string };
  readonly charge?: { readonly amountFen: number; readonly status: string };
  readonly endedReason?: string;
}

export const shown = (answer: Answer): Shown => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Shown;
};

export interface Story {
  readonly world: World;
  readonly people: ReturnType<typeof peopleOf>;
}

export async function story(options: TestDepsOptions = {}): Promise<Story> {
  const world = await openWorld(options);
  onTestFinished(() => world.close());
  return { world, people: peopleOf(world) };
}

function peopleOf(world: World) {
  const ask = door(world.deps, signing);
  const person = (login: () => Promise<string>): Person => {
    const send = async (method: string, path: string, more: object): Promise<Answer> => {
      const answer = await ask(method, path, { as: await login(), ...more });
      await world.settle();
      return answer;
    };
    return {
      get: (path, query) => send('GET', path, query === undefined ? {} : { query }),
      post: (path, body = {}, key) => send('POST', path, { body, ...(key === undefined ? {} : { key }) }),
      put: (path, body = {}) => send('PUT', path, { body }),
    };
  };
  const { deps } = world;
  const doctor = (accountId: string, institutionId: string, practitionerId: string) =>
    person(() => staff(deps, accountId, ['family-doctor'], { institutionId, practitionerId }));
  return {
    of: (patientId: string) => person(() => resident(deps, `account-${patientId}`, patientId)),
    relative: person(() => resident(deps, 'account-relative', OLD, 'FAMILY')),
    doctor: doctor('acc-dr-1', TOWN, 'dr-1'),
    colleague: doctor('acc-dr-2', TOWN, 'dr-2'),
    smallTeam: doctor('acc-dr-3', TOWN, 'dr-3'),
    otherDoctor: doctor('acc-dr-4', OTHER_TOWN, 'dr-4'),
    villageDoctor: person(() =>
      staff(deps, 'acc-village', ['village-doctor'], { institutionId: 'village', practitionerId: 'dr-2' }),
    ),
    authority: person(() => staff(deps, 'acc-authority', ['health-authority'], { institutionId: 'county' })),
  };
}

export function application(more: object = {}): object {
  return { careTeamId: TEAM, divisionCode: VILLAGE, ...more };
}

export function homePath(patientId: string, signingId = '', step = ''): string {
  return [`/signing/patients/${patientId}/signings`, signingId, step].filter((part) => part !== '').join('/');
}

export function teamPath(patientId: string, signingId: string, step = '', institutionId = TOWN): string {
  return [`/signing/institutions/${institutionId}/patients/${patientId}/signings`, signingId, step]
    .filter((part) => part !== '')
    .join('/');
}

export async function apply(told: Story, patientId = ADULT, more: object = {}): Promise<Shown> {
  return shown(await told.people.of(patientId).post(homePath(patientId), application(more)));
}

/** Both sign the agreement that waits, the resident first. */
export async function bothSign(
  told: Story,
  { patientId, signingId }: Shown,
  by: Person = told.people.doctor,
  institutionId = TOWN,
): Promise<Shown> {
  const home = told.people.of(patientId);
  const { agreement } = shown(await home.get(homePath(patientId, signingId)));
  const sha256 = agreement?.sha256;
  shown(await home.post(homePath(patientId, signingId, 'signature'), { sha256 }));
  return shown(await by.post(teamPath(patientId, signingId, 'signature', institutionId), { sha256 }));
}

/** From the application to the contract in force, where nothing is to be paid. */
export async function sign(told: Story, patientId = ADULT, more: object = {}): Promise<Shown> {
  const applied = await apply(told, patientId, more);
  const other = (more as { careTeamId?: string }).careTeamId === OTHER_TEAM;
  const [by, where] = other ? [told.people.otherDoctor, OTHER_TOWN] : [told.people.doctor, TOWN];
  shown(await by.post(teamPath(patientId, applied.signingId, 'review', where), { decision: 'APPROVE' }));
  return bothSign(told, applied, by, where);
}
