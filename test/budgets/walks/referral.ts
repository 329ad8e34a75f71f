import { referral } from '../../../functions/referral/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import { application, COMPLETION, PATIENT, PLAN } from '../../contexts/referral/people.ts';
import {
  accept,
  apply,
  approve,
  checkIn,
  confirm,
  startTreatment,
  story,
} from '../../contexts/referral/stories.ts';
import { COUNTY, TOWN, TOWN_GP, VILLAGE } from '../../contexts/referral/world.ts';
import type { Meter } from '../../support/meter.ts';
import { asker, type Person } from './asker.ts';

const HOME = '/referral/patients/{patientId}/referrals';
const AT = '/referral/institutions/{institutionId}';
const STEP = `${AT}/patients/{patientId}/referrals/{referralId}`;

/** Up with a number, with every desk looked at on the way; down; an emergency; one that is returned, one that is withdrawn. */
export async function walkReferral(meter: Meter): Promise<void> {
  const told = await story({ meter });
  const { deps, settle } = told.world;
  const ask = asker(deps, referral, settle);
  const patient = () => resident(deps, 'account-patient', PATIENT);
  const signed = { signed: [PATIENT] };
  const familyDoctor = () =>
    staff(deps, 'acc-town-doctor', ['family-doctor'], {
      institutionId: TOWN,
      practitionerId: 'dr-town',
      ...signed,
    });
  const villageDoctor = () =>
    staff(deps, 'acc-village', ['village-doctor'], {
      institutionId: VILLAGE,
      practitionerId: 'dr-village',
      ...signed,
    });
  const townCoordinator = () =>
    staff(deps, 'acc-town-coord', ['referral-coordinator'], { institutionId: TOWN });
  const countyCoordinator = () =>
    staff(deps, 'acc-county-coord', ['referral-coordinator'], { institutionId: COUNTY });
  const countyDoctor = () =>
    staff(deps, 'acc-county-doctor', ['practitioner'], {
      institutionId: COUNTY,
      practitionerId: 'dr-county',
    });
  const town = { patientId: PATIENT, institutionId: TOWN };
  const county = { patientId: PATIENT, institutionId: COUNTY };
  const step = (name: string, at: typeof town, referralId: string, as: Person, body: object = {}) =>
    ask(`POST ${STEP}/${name}`, { ...at, referralId }, { as, body });
  const look = (desk: string, at: typeof town, as: Person, query?: Record<string, string>) =>
    ask(`GET ${AT}/${desk}`, at, query === undefined ? { as } : { as, query });

  const { referralId } = await ask(`POST ${HOME}`, town, { as: familyDoctor, body: application() });
  await look('gate', town, townCoordinator);
  await step('gate-decision', town, referralId, townCoordinator, {
    decision: 'RETURN',
    reason: '请补充心电图',
  });
  await look('applicant', town, familyDoctor);
  await step('supplement', town, referralId, familyDoctor, {
    attachments: [{ kind: 'REPORT', id: 'report-2' }],
  });
  await step('gate-decision', town, referralId, townCoordinator, { decision: 'APPROVE' });
  await look('centre', county, countyCoordinator);
  await step('centre-decision', county, referralId, countyCoordinator, { decision: 'ACCEPT' });
  await look('pending', county, countyCoordinator);
  await ask(`GET ${HOME}`, town, { as: patient });
  await ask(`GET ${HOME}/{referralId}`, { ...town, referralId }, { as: patient });
  await ask(`GET ${STEP}`, { ...county, referralId }, { as: countyDoctor });
  await confirm(told, referralId);
  await look('arrivals', county, countyCoordinator);
  await checkIn(told, referralId);
  await look('treatment', county, countyDoctor);
  await startTreatment(told, referralId);
  await step('completion', county, referralId, countyDoctor, COMPLETION);
  await look('sent', town, familyDoctor);

  const plan = {
    direction: 'DOWN',
    toInstitutionId: TOWN,
    toDepartmentId: TOWN_GP,
    criteria: ['POSTOPERATIVE_RECOVERY'],
    plan: PLAN,
  };
  const down = await ask(`POST ${AT}/patients/{patientId}/referrals`, county, {
    as: countyDoctor,
    body: application(plan),
  });
  await look('community', town, familyDoctor);
  await step('community-decision', town, down.referralId, familyDoctor, { decision: 'ACCEPT' });
  await look('first-visits', town, familyDoctor);
  await step('first-visit', town, down.referralId, familyDoctor, {
    on: '2026-03-02',
    findings: '血压 132/80，伤口愈合良好',
  });
  await look('counts', county, countyCoordinator, { from: '2026-03', until: '2026-03' });

  const sudden = await ask(
    `POST ${AT}/patients/{patientId}/emergencies`,
    { ...town, institutionId: VILLAGE },
    {
      as: villageDoctor,
      body: application({ criteria: ['CRITICAL'], attachments: [] }),
    },
  );
  await accept(told, sudden.referralId);
  await step('arrival', county, sudden.referralId, countyCoordinator);
  await step('treatment', county, sudden.referralId, countyDoctor);
  await step('completion', county, sudden.referralId, countyDoctor, COMPLETION);

  const withdrawn = await apply(told);
  await ask(
    `POST ${HOME}/{referralId}/withdrawal`,
    { ...town, referralId: withdrawn },
    { as: patient, body: { reason: '暂不转诊' } },
  );
  const last = await apply(told);
  await approve(told, last);
  await step('death', town, last, familyDoctor);
}
