import { followup } from '../../../functions/followup/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import {
  ADULT,
  DAY_MS,
  hypertensive,
  OLD,
  openWorld,
  pressure,
  TEAM,
  TOWN,
} from '../../contexts/followup/world.ts';
import type { Meter } from '../../support/meter.ts';
import { asker } from './asker.ts';

const PLANS = '/followup/patients/{patientId}/plans';
const PLAN = `${PLANS}/{planId}`;
const TASK = `${PLAN}/tasks/{taskId}`;
const AT = '/followup/institutions/{institutionId}';

/** A plan of hypertension: put off, answered well, answered badly, answered by the team, cancelled, ended. */
export async function walkFollowup(meter: Meter): Promise<void> {
  const world = await openWorld({ meter });
  const { deps } = world;
  const ask = asker(deps, followup, world.settle);
  const home = () => resident(deps, `account-${ADULT}`, ADULT);
  const doctor = () =>
    staff(deps, 'acc-dr-1', ['family-doctor'], { institutionId: TOWN, practitionerId: 'dr-1' });
  const clerk = () => staff(deps, 'acc-clerk', ['clerk'], { institutionId: TOWN });
  const { planId } = await hypertensive(world);
  const plan = { patientId: ADULT, planId, institutionId: TOWN, careTeamId: TEAM };
  const open = async () => (await ask(`GET ${PLAN}`, plan, { as: home })).task.taskId as string;
  const answer = async (sbp: number) =>
    ask(`POST ${TASK}/answer`, { ...plan, taskId: await open() }, { as: home, body: pressure(sbp) });

  await ask('GET /followup/questionnaires/{questionnaireId}', { questionnaireId: 'hypertension' }, {});
  await ask(`GET ${PLANS}`, plan, { as: home });
  await ask(
    `POST ${TASK}/deferral`,
    { ...plan, taskId: await open() },
    { as: home, body: { to: '2026-03-14' } },
  );
  await answer(128);
  await world.pass(99 * DAY_MS);
  await answer(150);
  await world.pass(13 * DAY_MS);
  await answer(146);
  await ask(`GET ${PLAN}/referral-draft`, plan, { as: doctor });
  await ask(`GET ${PLAN}/tasks`, plan, { as: home });
  await ask(`GET ${PLAN}/trends`, plan, { as: home });
  await ask(`GET ${AT}/care-teams/{careTeamId}/panel`, plan, { as: doctor });
  await ask(
    `GET ${AT}/care-teams/{careTeamId}/panel/{view}`,
    { ...plan, view: 'out-of-control' },
    { as: doctor },
  );
  await ask(`GET ${AT}/patients/{patientId}/plans/{planId}`, plan, { as: doctor });
  await world.pass(13 * DAY_MS);
  await ask(
    `POST ${AT}/patients/{patientId}/plans/{planId}/tasks/{taskId}/answer`,
    { ...plan, taskId: await open() },
    { as: doctor, body: pressure(130) },
  );
  await ask(`GET ${AT}/finished/{month}`, { ...plan, month: '2026-03' }, { as: clerk });
  await ask(`POST ${TASK}/cancellation`, { ...plan, taskId: await open() }, { as: doctor });
  await ask(`POST ${PLAN}/end`, plan, { as: doctor });
  await world.sign(OLD);
  await ask(`POST ${PLANS}`, { patientId: OLD }, { as: doctor, body: { template: 'HYPERTENSION' } });
}
