import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../../shared/kernel/china-time.ts';
import { type Payer, payer } from '../../support/payers.ts';
import { type Person, type Resident, resident, staff } from '../../support/people.ts';
import type { Journey } from '../journey.ts';

/** Who plays, where they work, and what they do again and again. */

export const TOWN = 'hc-410425101';
export const TOWN_GP = 'dept-410425101-02';
export const VILLAGE = 'clinic-410425101201';
export const COUNTY = 'jiaxian-people-hospital';
export const CARDIOLOGY = 'dept-jxrm-0304';
export const ENDOCRINE = 'dept-jxrm-0307';
export const CITY = 'pds-first-hospital';
export const CITY_CARDIOLOGY = 'dept-pds-0304';

export interface Shown {
  readonly referralId: string;
  readonly status: string;
  readonly direction: 'UP' | 'DOWN';
  readonly round: number;
  readonly endedReason?: string;
  readonly escalated: boolean;
  readonly number?: {
    readonly appointmentId: string;
    readonly day: Day;
    readonly startsAt: string;
    readonly feeFen: number;
  };
  readonly timeline: readonly { readonly text: string }[];
  readonly summaries: readonly { readonly summary: string }[];
}

export const REASON = { reason: '经办说明' };
export const COMPLETION = {
  diagnosis: { icd10: 'E11.900', text: '2型糖尿病' },
  summary: '调整胰岛素方案，两周后复查',
  results: [{ kind: 'REPORT', id: 'report-2' }],
};

export interface County extends Journey {
  readonly li: Payer;
  readonly wang: Resident;
  readonly zhang: Resident;
  readonly liu: Resident;
  /** Staff by their login names; each logs in when first needed. */
  readonly staff: (loginName: string) => Person;
  today(): Promise<Day>;
  /** Events have to reach the machine, and its answer the item: until then the clock stands. */
  expect(who: Resident, referralId: string, status: string): Promise<Shown>;
  shown(who: Resident, referralId: string): Promise<Shown>;
  /** What a doctor writes; `more` is what this one writes otherwise. */
  application(more?: object): Promise<object>;
  /** The family doctor's application. */
  apply(who: Resident, more?: object): Promise<string>;
  /** A step of the institution `where`. */
  take(step: Step): Promise<Shown>;
  /** Holds all events back, or lets them go on. */
  holdEvents(paused: boolean): Promise<void>;
}

export interface Step {
  readonly by: string;
  readonly where: string;
  readonly who: Resident;
  readonly id: string;
  readonly verb: string;
  readonly body?: object;
}

export const homePath = ({ patientId }: Resident, ...rest: readonly string[]): string =>
  ['/referral/patients', patientId, 'referrals', ...rest].join('/');

export const deskPath = (where: string, { patientId }: Resident, ...rest: readonly string[]): string =>
  [`/referral/institutions/${where}/patients`, patientId, 'referrals', ...rest].join('/');

export const appointmentPath = ({ patientId }: Resident, { number }: Shown): string =>
  `/booking/patients/${patientId}/appointments/${number?.appointmentId}`;

export async function openCounty({ city, step }: Journey): Promise<County> {
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  await step('a new day begins in 郏县; the clock is moved to 08:00', async () =>
    city.clock.to(instantAt(addDays(await today(), 1), '08:00')),
  );
  const residents = await step('residents open the mini-program', async () => ({
    li: await payer(city, 'demo-li-na'),
    wang: await resident(city, 'demo-wang-fang'),
    zhang: await resident(city, 'demo-zhang-wei'),
    liu: await resident(city, 'demo-liu-yang'),
  }));
  const known = new Map<string, Person>();
  const staffOf = (loginName: string): Person => {
    const person = known.get(loginName) ?? staff(city, loginName);
    known.set(loginName, person);
    return person;
  };
  const shown = (who: Resident, id: string): Promise<Shown> => who.get(homePath(who, id));
  const application = async (more: object = {}): Promise<object> => ({
    toInstitutionId: COUNTY,
    toDepartmentId: ENDOCRINE,
    toPractitionerId: 'doc-jxrm-04',
    criteria: ['BEYOND_CAPABILITY'],
    diagnosis: { icd10: 'E11.900', text: '2型糖尿病' },
    history: '血糖控制不佳半年',
    attachments: [{ kind: 'REPORT', id: 'report-1' }],
    consent: { by: 'PATIENT', form: 'WRITTEN', on: await today() },
    ...more,
  });
  return {
    city,
    step,
    ...residents,
    staff: staffOf,
    today,
    shown,
    application,
    async expect(who, id, status) {
      await city.clock.advance('PT1S');
      const now = await shown(who, id);
      assert.equal(now.status, status, now.endedReason);
      return now;
    },
    async apply(who, more) {
      const doctor = staffOf('zhongtou-doctor');
      return (await doctor.send<Shown>('POST', homePath(who), await application(more))).referralId;
    },
    take: ({ by, where, who, id, verb, body = {} }) =>
      staffOf(by).send('POST', deskPath(where, who, id, verb), body),
    async holdEvents(paused) {
      const { status } = await city.http('POST', '/local/faults', { body: { paused } });
      assert.equal(status, 200);
    },
  };
}

/** No number is kept for the patient of an ended referral, and its own visit is not open unless it was made. */
export async function nothingIsHeld(who: Resident, { summaries, number }: Shown): Promise<void> {
  const { appointments } = await who.get<{
    appointments: readonly { appointmentId: string; status: string }[];
  }>(`/booking/patients/${who.patientId}/appointments`);
  const isOpen = ({ appointmentId, status }: (typeof appointments)[number]): boolean =>
    ['HELD', 'PENDING_PAYMENT', 'BOOKED'].includes(status) ||
    (summaries.length === 0 &&
      appointmentId === number?.appointmentId &&
      ['CHECKED_IN', 'IN_SERVICE'].includes(status));
  assert.deepEqual(appointments.filter(isOpen), []);
}

/** Half an hour before the visit the doors open, and the patient stands there. */
export async function checkIn({ city }: County, who: Resident, reserved: Shown): Promise<void> {
  await city.clock.to(new Date(Date.parse(reserved.number?.startsAt ?? '') - 30 * 60_000).toISOString());
  await who.send('POST', `${appointmentPath(who, reserved)}/check-in`);
}
