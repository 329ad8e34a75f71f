import { addDays } from '../../../shared/kernel/china-time.ts';
import type { Resident } from '../../support/people.ts';
import {
  appointmentPath,
  COMPLETION,
  COUNTY,
  type County,
  checkIn,
  deskPath,
  REASON,
  type Shown,
  TOWN,
  TOWN_GP,
} from './county.ts';

/** How a referral comes to each state in which somebody is waited for; each answers its id. */
export type Bring = (county: County, who: Resident) => Promise<string>;

const gateReview: Bring = (county, who) => county.apply(who);

const returned: Bring = async (county, who) => {
  const id = await gateReview(county, who);
  const body = { decision: 'RETURN', ...REASON };
  await county.take({ by: 'zhongtou-referral', where: TOWN, who, id, verb: 'gate-decision', body });
  return id;
};

export async function approve({ take }: County, who: Resident, id: string): Promise<void> {
  const body = { decision: 'APPROVE' };
  await take({ by: 'zhongtou-referral', where: TOWN, who, id, verb: 'gate-decision', body });
}

export async function decide({ take }: County, who: Resident, id: string, body: object): Promise<Shown> {
  return take({ by: 'jxrm-referral', where: COUNTY, who, id, verb: 'centre-decision', body });
}

export const offered: Bring = async (county, who) => {
  const id = await gateReview(county, who);
  await approve(county, who, id);
  return id;
};

/** Accepted, and the machine has not heard of it yet: whoever asks for this state lets events go on afterwards. */
const accepted: Bring = async (county, who) => {
  const id = await offered(county, who);
  await county.holdEvents(true);
  await decide(county, who, id, { decision: 'ACCEPT' });
  return id;
};

const reserved: Bring = async (county, who) => {
  const id = await offered(county, who);
  await decide(county, who, id, { decision: 'ACCEPT' });
  await county.expect(who, id, 'RESERVED');
  return id;
};

/** The resident confirms the number that is held. */
export async function confirm(county: County, who: Resident, id: string): Promise<Shown> {
  const now = await county.expect(who, id, 'RESERVED');
  await who.send('POST', `${appointmentPath(who, now)}/confirm`);
  return county.expect(who, id, 'CONFIRMED');
}

const confirmed: Bring = async (county, who) => {
  const id = await reserved(county, who);
  await confirm(county, who, id);
  return id;
};

const admitted: Bring = async (county, who) => {
  const id = await offered(county, who);
  const expectedOn = addDays(await county.today(), 1);
  await decide(county, who, id, { decision: 'ADMIT', expectedOn });
  await county.expect(who, id, 'CONFIRMED');
  return id;
};

export async function arrive(county: County, who: Resident, id: string): Promise<Shown> {
  await checkIn(county, who, await confirm(county, who, id));
  return county.expect(who, id, 'ARRIVED');
}

const arrived: Bring = async (county, who) => {
  const id = await reserved(county, who);
  await arrive(county, who, id);
  return id;
};

const inTreatment: Bring = async (county, who) => {
  const id = await arrived(county, who);
  await county.take({ by: 'jxrm-endocrine', where: COUNTY, who, id, verb: 'treatment' });
  return id;
};

export async function complete({ take }: County, who: Resident, id: string): Promise<void> {
  await take({ by: 'jxrm-endocrine', where: COUNTY, who, id, verb: 'completion', body: COMPLETION });
}

/** A return visit is asked for in twelve days, so two days after the first one its number is sought. */
const betweenVisits: Bring = async (county, who) => {
  const standing = { intervalDays: 12, count: 2, until: addDays(await county.today(), 60) };
  const id = await county.apply(who, { standing });
  await approve(county, who, id);
  await decide(county, who, id, { decision: 'ACCEPT' });
  await arrive(county, who, id);
  await complete(county, who, id);
  await county.expect(who, id, 'BETWEEN_VISITS');
  return id;
};

/** The ward's application; the plan goes with it. */
export const sentDown: Bring = async (county, who) => {
  const body = await county.application({
    direction: 'DOWN',
    toInstitutionId: TOWN,
    toDepartmentId: TOWN_GP,
    toPractitionerId: undefined,
    criteria: ['ACUTE_RECOVERY'],
    plan: { treatment: '继续降糖治疗', medication: '二甲双胍 0.5g 每日两次' },
  });
  const ward = county.staff('jxrm-endocrine');
  return (await ward.send<Shown>('POST', deskPath(COUNTY, who), body)).referralId;
};

const firstVisit: Bring = async (county, who) => {
  const id = await sentDown(county, who);
  const body = { decision: 'ACCEPT' };
  await county.take({ by: 'zhongtou-doctor', where: TOWN, who, id, verb: 'community-decision', body });
  await county.expect(who, id, 'FIRST_VISIT');
  return id;
};

/** Every open state of the machine, and the two that have a second meaning: the ward, and the way down. */
export const STATES = {
  GATE_REVIEW: gateReview,
  RETURNED: returned,
  OFFERED: offered,
  'OFFERED down': sentDown,
  ACCEPTED: accepted,
  RESERVED: reserved,
  CONFIRMED: confirmed,
  'CONFIRMED for a bed': admitted,
  ARRIVED: arrived,
  IN_TREATMENT: inTreatment,
  FIRST_VISIT: firstVisit,
  BETWEEN_VISITS: betweenVisits,
} as const satisfies Record<string, Bring>;
