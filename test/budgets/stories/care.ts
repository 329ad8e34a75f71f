import { booking } from '../../../functions/booking/context.ts';
import { followup } from '../../../functions/followup/context.ts';
import { referral } from '../../../functions/referral/context.ts';
import { report } from '../../../functions/report/context.ts';
import { signing } from '../../../functions/signing/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import * as following from '../../contexts/followup/world.ts';
import { scene as notificationScene, REMINDER } from '../../contexts/notification/scene.ts';
import { application, COMPLETION, PATIENT } from '../../contexts/referral/people.ts';
import { story as referralStory } from '../../contexts/referral/stories.ts';
import { COUNTY, TOWN } from '../../contexts/referral/world.ts';
import * as reporting from '../../contexts/report/world.ts';
import * as contract from '../../contexts/signing/story.ts';
import * as signed from '../../contexts/signing/world.ts';
import { Meter } from '../../support/meter.ts';
import { asker } from '../walks/asker.ts';
import { type Story, told } from './story.ts';

/** Up to the county with a number: applied for, let through, accepted, confirmed, attended, and written back. */
export async function oneReferral(): Promise<Story> {
  const meter = new Meter();
  const { world } = await referralStory({ meter });
  const { deps, settle } = world;
  const ask = asker(deps, referral, settle);
  const book = asker(deps, booking, settle);
  const patient = () => resident(deps, 'account-patient', PATIENT);
  const signing = { institutionId: TOWN, practitionerId: 'dr-town', signed: [PATIENT] };
  const familyDoctor = () => staff(deps, 'acc-town-doctor', ['family-doctor'], signing);
  const coordinator = (institutionId: string) => () =>
    staff(deps, `acc-${institutionId}`, ['referral-coordinator'], { institutionId });
  const practitioner = { institutionId: COUNTY, practitionerId: 'dr-county' };
  const countyDoctor = () => staff(deps, 'acc-county-doctor', ['practitioner'], practitioner);
  const at = '/referral/institutions/{institutionId}';
  const home = '/referral/patients/{patientId}/referrals';
  const town = { patientId: PATIENT, institutionId: TOWN };
  const county = { patientId: PATIENT, institutionId: COUNTY };
  const work = async (): Promise<void> => {
    const { referralId } = await ask(`POST ${home}`, town, { as: familyDoctor, body: application() });
    const step = `${at}/patients/{patientId}/referrals/{referralId}`;
    await ask(`GET ${at}/gate`, town, { as: coordinator(TOWN) });
    const approve = { as: coordinator(TOWN), body: { decision: 'APPROVE' } };
    await ask(`POST ${step}/gate-decision`, { ...town, referralId }, approve);
    await ask(`GET ${at}/centre`, county, { as: coordinator(COUNTY) });
    await ask(`GET ${step}`, { ...county, referralId }, { as: coordinator(COUNTY) });
    const accept = { as: coordinator(COUNTY), body: { decision: 'ACCEPT' } };
    await ask(`POST ${step}/centre-decision`, { ...county, referralId }, accept);
    const { number } = await ask(`GET ${home}/{referralId}`, { ...town, referralId }, { as: patient });
    const mine = { ...town, appointmentId: number.appointmentId };
    const appointment = '/booking/patients/{patientId}/appointments/{appointmentId}';
    await book(`POST ${appointment}/confirm`, mine, { as: patient, body: {} });
    await world.pass(Date.parse(`${number.day}T00:30:00.000Z`) - deps.clock.now());
    await book(`POST ${appointment}/check-in`, mine, { as: patient, body: {} });
    await ask(`GET ${at}/treatment`, county, { as: countyDoctor });
    await ask(`POST ${step}/treatment`, { ...county, referralId }, { as: countyDoctor, body: {} });
    const scheduleId = number.appointmentId.replace(/_\d+$/, '');
    const called = '/booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}';
    for (const visit of ['call', 'start', 'fulfil'])
      await book(`POST ${called}/${visit}`, { ...county, scheduleId }, { as: countyDoctor });
    await ask(`POST ${step}/completion`, { ...county, referralId }, { as: countyDoctor, body: COMPLETION });
  };
  return told({ meter, deps, heardBy: ['booking', 'referral'], tasks: world.tasks }, work);
}

/** A contract without a price: from the choice of a team to the contract in force, on the resident's own telephone. */
export async function oneSigning(): Promise<Story> {
  const meter = new Meter();
  const { world } = await contract.story({ meter });
  const { deps } = world;
  const ask = asker(deps, signing, world.settle);
  const me = () => resident(deps, `account-${signed.ADULT}`, signed.ADULT);
  const employed = { institutionId: signed.TOWN, practitionerId: 'dr-1' };
  const doctor = () => staff(deps, 'acc-dr-1', ['family-doctor'], employed);
  const home = '/signing/patients/{patientId}/signings';
  const there = '/signing/institutions/{institutionId}/patients/{patientId}/signings/{signingId}';
  const team = { institutionId: signed.TOWN, careTeamId: signed.TEAM, patientId: signed.ADULT };
  const work = async (): Promise<void> => {
    await ask('GET /signing/packages', {});
    await ask('GET /signing/care-teams/{careTeamId}', team, { as: me });
    const { signingId } = await ask(`POST ${home}`, team, { as: me, body: contract.application() });
    const ids = { ...team, signingId };
    const desk = '/signing/institutions/{institutionId}/care-teams/{careTeamId}/desks/{desk}';
    await ask(`GET ${desk}`, { ...team, desk: 'review' }, { as: doctor });
    await ask(`POST ${there}/review`, ids, { as: doctor, body: { decision: 'APPROVE' } });
    const { agreement } = await ask(`GET ${home}/{signingId}`, ids, { as: me });
    const body = { sha256: agreement.sha256 };
    await ask(`POST ${home}/{signingId}/signature`, ids, { as: me, body });
    await ask(`POST ${there}/signature`, ids, { as: doctor, body });
    await ask(`GET ${home}/{signingId}`, ids, { as: me });
  };
  return told({ meter, deps, heardBy: ['signing'], tasks: world.tasks }, work);
}

/** Four visits of a plan of hypertension in a year, each reminded of, looked at and answered by the patient. */
export async function fourFollowUps(): Promise<Story> {
  const meter = new Meter();
  const world = await following.openWorld({ meter });
  const { deps } = world;
  const { planId } = await following.hypertensive(world);
  const ask = asker(deps, followup, world.settle);
  const me = () => resident(deps, `account-${following.ADULT}`, following.ADULT);
  const plan = { patientId: following.ADULT, planId };
  const path = '/followup/patients/{patientId}/plans/{planId}';
  return told({ meter, deps, heardBy: ['followup', 'signing'] }, async () => {
    for (let visit = 0; visit < 4; visit += 1) {
      const { task } = await ask(`GET ${path}`, plan, { as: me });
      const ids = { ...plan, taskId: task.taskId };
      const body = following.pressure(128);
      await ask(`POST ${path}/tasks/{taskId}/answer`, ids, { as: me, body });
      await ask(`GET ${path}/trends`, plan, { as: me });
      await world.pass(91 * following.DAY_MS);
    }
  });
}

/** A laboratory's report: published, announced, found in the list and read. */
export async function oneReport(): Promise<Story> {
  const meter = new Meter();
  const world = await reporting.openWorld({ meter });
  const { deps } = world;
  await world.register(reporting.PATIENT, reporting.LIN);
  const ask = asker(deps, report, world.settle);
  const me = () => reporting.home(world);
  const lis = () => reporting.publisher(world);
  const at = { institutionId: reporting.COUNTY, patientId: reporting.PATIENT };
  return told({ meter, deps, heardBy: ['report'] }, async () => {
    const body = { reports: [reporting.row()] };
    const { rows } = await ask('POST /report/institutions/{institutionId}/reports', at, { as: lis, body });
    const mine = { ...at, reportId: rows[0].reportId };
    await ask('GET /report/patients/{patientId}/reports', mine, { as: me });
    await ask('GET /report/patients/{patientId}/reports/{reportId}', mine, { as: me });
  });
}

/** A reminder that WeChat brings. */
export async function oneMessage(): Promise<Story> {
  const meter = new Meter();
  const made = await notificationScene({ meter });
  await made.agree('FOLLOW_UP_REMINDER', 2);
  // One before it, so that the container knows its providers.
  await made.tell('followup.reminder-due', { ...REMINDER, taskId: 'task-0' });
  return told({ meter, deps: made.deps, heardBy: [] }, () => made.tell('followup.reminder-due', REMINDER));
}
