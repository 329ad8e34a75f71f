import { booking } from '../../../functions/booking/context.ts';
import { referral } from '../../../functions/referral/context.ts';
import { type Answer, door, resident, staff } from '../booking/door.ts';
import { CARDIOLOGY, CITY, COUNTY, OTHER_TOWN, TOWN, VILLAGE, type World } from './world.ts';

/** People of a referral, each through the front door with a session of their own. */

export interface Person {
  get(path: string, query?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, key?: string): Promise<Answer>;
}

const PATIENTS = ['pat00001', 'pat00002', 'pat00003'];

type Login = () => Promise<string>;

export function peopleOf(world: World) {
  const { deps } = world;
  const doors = { referral: door(deps, referral), booking: door(deps, booking) };
  const person = (login: Login): Person => {
    const ask = async (method: string, path: string, more: object): Promise<Answer> => {
      const which = path.startsWith('/booking') ? doors.booking : doors.referral;
      const answer = await which(method, path, { as: await login(), ...more });
      await world.settle();
      return answer;
    };
    return {
      get: (path, query) => ask('GET', path, query === undefined ? {} : { query }),
      post: (path, body = {}, key) => ask('POST', path, { body, ...(key === undefined ? {} : { key }) }),
    };
  };
  const at = (institutionId: string, practitionerId?: string) => ({
    institutionId,
    ...(practitionerId === undefined ? {} : { practitionerId, signed: PATIENTS }),
  });
  return {
    somebody: person,
    patient: person(() => resident(deps, 'account-patient', 'pat00001')),
    stranger: person(() => resident(deps, 'account-stranger', 'pat00003')),
    familyDoctor: person(() => staff(deps, 'acc-town-doctor', ['family-doctor'], at(TOWN, 'dr-town'))),
    villageDoctor: person(() =>
      staff(deps, 'acc-village-doctor', ['village-doctor'], at(VILLAGE, 'dr-village')),
    ),
    /** The same account as the family doctor's, on the day on which they also do the coordinator's work. */
    doctorAndCoordinator: person(() => staff(deps, 'acc-town-doctor', ['referral-coordinator'], at(TOWN))),
    townCoordinator: person(() => staff(deps, 'acc-town-coord', ['referral-coordinator'], at(TOWN))),
    otherTownCoordinator: person(() =>
      staff(deps, 'acc-other-coord', ['referral-coordinator'], at(OTHER_TOWN)),
    ),
    countyCoordinator: person(() => staff(deps, 'acc-county-coord', ['referral-coordinator'], at(COUNTY))),
    countyClerk: person(() => staff(deps, 'acc-county-clerk', ['clerk'], at(COUNTY))),
    countyDoctor: person(() =>
      staff(deps, 'acc-county-doctor', ['practitioner'], {
        institutionId: COUNTY,
        practitionerId: 'dr-county',
      }),
    ),
    countyJunior: person(() =>
      staff(deps, 'acc-county-junior', ['practitioner'], {
        institutionId: COUNTY,
        practitionerId: 'dr-county-2',
      }),
    ),
    cityCoordinator: person(() => staff(deps, 'acc-city-coord', ['referral-coordinator'], at(CITY))),
    cityDoctor: person(() =>
      staff(deps, 'acc-city-doctor', ['practitioner'], { institutionId: CITY, practitionerId: 'dr-city' }),
    ),
  };
}

export type People = ReturnType<typeof peopleOf>;

export const PATIENT = 'pat00001';

export function application(more: object = {}): Record<string, unknown> {
  return {
    toInstitutionId: COUNTY,
    toDepartmentId: CARDIOLOGY,
    criteria: ['BEYOND_CAPABILITY'],
    diagnosis: { icd10: 'I25.103', text: '冠心病' },
    history: '活动后胸闷三个月，加重一周',
    attachments: [{ kind: 'REPORT', id: 'report-1' }],
    consent: { by: 'PATIENT', form: 'WRITTEN', on: '2026-03-02' },
    ...more,
  };
}

export const COMPLETION = {
  diagnosis: { icd10: 'I25.103', text: '冠心病' },
  summary: '冠脉造影示轻度狭窄，药物治疗',
  results: [{ kind: 'REPORT', id: 'report-9' }],
};

export const PLAN = { treatment: '继续抗血小板治疗', medication: '阿司匹林 100mg 每日一次' };

export function staffPath(institutionId: string, referralId: string, step = ''): string {
  return `/referral/institutions/${institutionId}/patients/${PATIENT}/referrals/${referralId}${step === '' ? '' : `/${step}`}`;
}

export function homePath(referralId = '', step = ''): string {
  const parts = [`/referral/patients/${PATIENT}/referrals`, referralId, step];
  return parts.filter((part) => part !== '').join('/');
}

export interface Shown {
  readonly referralId: string;
  readonly status: string;
  readonly waitUntil?: string;
  readonly number?: { readonly appointmentId: string; readonly day: string; readonly heldUntil: string };
  readonly timeline: readonly { readonly text: string; readonly status: string }[];
  readonly endedReason?: string;
  readonly summaries: readonly { readonly summary: string }[];
  readonly round: number;
}

export const shown = (answer: Answer): Shown => answer.body as Shown;
