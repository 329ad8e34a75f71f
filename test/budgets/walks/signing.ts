import { signing } from '../../../functions/signing/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import { application, story } from '../../contexts/signing/story.ts';
import { ADULT, DAY, OLD, OTHER, TEAM, TOWN, VILLAGE } from '../../contexts/signing/world.ts';
import type { Meter } from '../../support/meter.ts';
import { asker } from './asker.ts';

const HOME = '/signing/patients/{patientId}/signings';
const AT = '/signing/institutions/{institutionId}';
const THERE = `${AT}/patients/{patientId}`;

/** A contract from the application to its renewal, and all that may be done with one or for a team. */
export async function walkSigning(meter: Meter): Promise<void> {
  const { world } = await story({ meter });
  const { deps } = world;
  const ask = asker(deps, signing, world.settle);
  const of = (patientId: string) => resident(deps, `account-${patientId}`, patientId);
  const doctor = () =>
    staff(deps, 'acc-dr-1', ['family-doctor'], { institutionId: TOWN, practitionerId: 'dr-1' });
  const village = () =>
    staff(deps, 'acc-village', ['village-doctor'], { institutionId: 'village', practitionerId: 'dr-2' });
  const authority = () => staff(deps, 'acc-authority', ['health-authority'], { institutionId: 'county' });
  const clerk = () => staff(deps, 'acc-clerk', ['clerk'], { institutionId: TOWN });
  const team = { institutionId: TOWN, careTeamId: TEAM };
  const record = { divisionCode: VILLAGE, groups: ['HYPERTENSION'] };

  /** Applied for, reviewed, signed by both. */
  const signed = async (patientId: string, more: object = {}): Promise<string> => {
    const as = (): Promise<string> => of(patientId);
    const { signingId } = await ask(`POST ${HOME}`, { patientId }, { as, body: application(more) });
    const ids = { ...team, patientId, signingId };
    await ask(`GET ${AT}/care-teams/{careTeamId}/desks/{desk}`, { ...team, desk: 'review' }, { as: doctor });
    await ask(`POST ${THERE}/signings/{signingId}/review`, ids, {
      as: doctor,
      body: { decision: 'APPROVE' },
    });
    const { agreement } = await ask(`GET ${HOME}/{signingId}`, ids, { as });
    const body = { sha256: agreement.sha256 };
    await ask(`POST ${HOME}/{signingId}/signature`, ids, { as, body });
    await ask(`POST ${THERE}/signings/{signingId}/signature`, ids, { as: doctor, body });
    return signingId;
  };

  await ask('GET /signing/packages', {});
  await ask(`PUT ${THERE}/health-record`, { ...team, patientId: ADULT }, { as: doctor, body: record });
  await ask(`GET ${THERE}/health-record`, { ...team, patientId: ADULT }, { as: doctor });
  const adult = () => of(ADULT);
  await ask('GET /signing/care-teams/{careTeamId}', team, { as: adult });
  const signingId = await signed(ADULT);
  const mine = { ...team, patientId: ADULT, signingId };
  await ask(`GET ${HOME}`, mine, { as: adult });
  await ask(`GET ${THERE}/signings/{signingId}`, mine, { as: doctor });
  const { entitlements } = await ask(`GET ${HOME}/{signingId}`, mine, { as: adult });
  await ask(`POST ${HOME}/{signingId}/uses`, mine, { as: doctor, body: { itemId: entitlements[0].itemId } });
  await ask(`POST ${HOME}/{signingId}/termination`, mine, { as: adult, body: { reason: 'OTHER' } });
  await ask(`POST ${HOME}/{signingId}/termination-recall`, mine, { as: adult });
  await ask(`POST ${THERE}/signings/{signingId}/termination`, mine, {
    as: doctor,
    body: { reason: 'TEAM_CLOSES' },
  });
  await ask(`POST ${THERE}/signings/{signingId}/termination-recall`, mine, { as: doctor });

  const place = { ...team, divisionCode: '410425' };
  const population = {
    residents: 600_000,
    residentsSixMonths: 580_000,
    asOf: '2025-12-31',
    source: '统计公报',
  };
  await ask(
    `PUT ${AT}/divisions/{divisionCode}/population`,
    { ...place, institutionId: 'county' },
    { as: authority, body: population },
  );
  await ask(
    `GET ${AT}/divisions/{divisionCode}/rates`,
    { ...place, institutionId: 'county' },
    { as: authority },
  );
  await ask(`GET ${AT}/rates`, team, { as: doctor });
  await ask(
    `GET ${AT}/divisions/{divisionCode}/must-cover`,
    { ...team, divisionCode: VILLAGE },
    { as: doctor },
  );
  await ask(`POST ${AT}/health-record-register`, team, {
    as: clerk,
    body: { lines: [{ patientId: OTHER, ...record }] },
  });
  const line = { patientId: OTHER, ...record, careTeamId: TEAM, signedOn: '2026-03-01' };
  await ask(`POST ${AT}/signing-register`, team, { as: clerk, body: { lines: [line] } });

  const capture = {
    captureId: 'device-1-000017',
    capturedAt: '2026-03-01T02:00:00.000Z',
    templateVersion: '2026-1',
    evidenceSha256: 'a'.repeat(64),
  };
  const atHome = await ask(
    `POST ${THERE}/signings`,
    { institutionId: 'village', patientId: OLD },
    { as: village, body: { ...application(), capture } },
  );
  await ask(`POST ${HOME}/{signingId}/withdrawal`, atHome, { as: () => of(OLD) });

  await world.pass(340 * DAY);
  const offered = { packageIds: ['FAMILY_PLUS'] };
  await ask(`POST ${HOME}/{signingId}/renewal-packages`, mine, { as: adult, body: offered });
  await ask(`POST ${THERE}/signings/{signingId}/death`, mine, { as: doctor });
}
