import { onTestFinished } from 'vitest';
import { type Appointment, appointments } from '../../../functions/booking/store.ts';
import { TERMINAL } from '../../../functions/booking/transitions.ts';
import type { ReferralStatus } from '../../../functions/referral/transitions.ts';
import type { Item } from '../../../shared/data/table.ts';
import {
  application,
  COMPLETION,
  homePath,
  PATIENT,
  type People,
  PLAN,
  peopleOf,
  type Shown,
  shown,
  staffPath,
} from './people.ts';
import { COUNTY, openWorld, TOWN, TOWN_GP, type World, type WorldOptions } from './world.ts';

/** Referrals brought to where a test begins, through the front door. */
export interface Story {
  readonly world: World;
  readonly people: People;
  now(referralId: string): Promise<Shown>;
}

export async function story(options: WorldOptions = {}): Promise<Story> {
  const world = await openWorld(options);
  onTestFinished(() => world.close());
  const people = peopleOf(world);
  return { world, people, now: async (referralId) => shown(await people.patient.get(homePath(referralId))) };
}

type Step = (story: Story, referralId: string) => Promise<unknown>;

const step =
  (who: Exclude<keyof People, 'somebody'>, at: string, name: string, body: object = {}): Step =>
  ({ people }, referralId) =>
    people[who].post(staffPath(at, referralId, name), body);

export const approve = step('townCoordinator', TOWN, 'gate-decision', { decision: 'APPROVE' });
export const accept = step('countyCoordinator', COUNTY, 'centre-decision', { decision: 'ACCEPT' });
export const returnAtGate = step('townCoordinator', TOWN, 'gate-decision', {
  decision: 'RETURN',
  reason: '请补充心电图',
});
export const startTreatment = step('countyDoctor', COUNTY, 'treatment');
export const communityAccepts = step('familyDoctor', TOWN, 'community-decision', { decision: 'ACCEPT' });

export const confirm: Step = async ({ people, now }, referralId) => {
  const { number } = await now(referralId);
  return people.patient.post(`/booking/patients/${PATIENT}/appointments/${number?.appointmentId}/confirm`);
};

/** On the day, half an hour before the clinic begins. */
export const checkIn: Step = async ({ people, now, world }, referralId) => {
  const { number } = await now(referralId);
  await world.pass(Date.parse(`${number?.day}T00:30:00.000Z`) - world.deps.clock.now());
  return people.patient.post(`/booking/patients/${PATIENT}/appointments/${number?.appointmentId}/check-in`);
};

/** The doctor's screen at booking where there is a number, then the summary. */
export const complete: Step = async (told, referralId) => {
  const { number } = await told.now(referralId);
  const scheduleId = number?.appointmentId.replace(/_\d+$/, '');
  const screen = `/booking/institutions/${COUNTY}/schedules/${scheduleId}/patients/${PATIENT}`;
  if (number !== undefined)
    for (const one of ['call', 'start', 'fulfil']) await told.people.countyDoctor.post(`${screen}/${one}`);
  return told.people.countyDoctor.post(staffPath(COUNTY, referralId, 'completion'), COMPLETION);
};

export async function apply({ people }: Story, more: object = {}): Promise<string> {
  const answer = await people.familyDoctor.post(homePath(), application(more));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return shown(answer).referralId;
}

export async function applyDown({ people }: Story, more: object = {}): Promise<string> {
  const body = application({
    direction: 'DOWN',
    toInstitutionId: TOWN,
    toDepartmentId: TOWN_GP,
    criteria: ['POSTOPERATIVE_RECOVERY'],
    plan: PLAN,
    ...more,
  });
  const answer = await people.countyDoctor.post(
    `/referral/institutions/${COUNTY}/patients/${PATIENT}/referrals`,
    body,
  );
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return shown(answer).referralId;
}

/** The steps that lead an up-referral to each state in which somebody is waited for. */
const WAY: readonly (readonly [ReferralStatus, Step | undefined])[] = [
  ['GATE_REVIEW', undefined],
  ['OFFERED', approve],
  ['RESERVED', accept],
  ['CONFIRMED', confirm],
  ['ARRIVED', checkIn],
  ['IN_TREATMENT', startTreatment],
  ['COMPLETED', complete],
];

export async function upTo(told: Story, status: ReferralStatus, more: object = {}): Promise<string> {
  const referralId = await apply(told, more);
  for (const [reached, take] of WAY) {
    await take?.(told, referralId);
    if (reached === status) return referralId;
  }
  throw new Error(`no way leads to ${status}`);
}

/** Appointments of the patients that still hold a number, whoever booked them. */
export function stillHeld(world: World): readonly string[] {
  return world.deps
    .all()
    .filter(({ sk }: Item) => sk.startsWith('appointment#'))
    .map((item) => appointments.from(item))
    .filter(({ status }: Appointment) => !TERMINAL.includes(status))
    .map(({ appointmentId, status }) => `${appointmentId} ${status}`);
}

/** Statuses of all executions, sorted. */
export async function executions({ sfn, machineArn }: World): Promise<readonly string[]> {
  const { executions: found } = await sfn('ListExecutions', { stateMachineArn: machineArn });
  return (found as { status: string }[]).map(({ status }) => status).toSorted();
}
