import type { StaffActor } from '../../../shared/access/actor.ts';
import {
  administratorOf,
  authority,
  employ,
  institutionFacts,
  practitionerFacts,
  smallCity,
} from '../../contexts/directory/scene.ts';
import type { Meter } from '../../support/meter.ts';
import { bodyOf } from './asker.ts';

const AT = '/directory/institutions';

/** A small city looked through, and everything in it opened, changed and switched off and on. */
export async function walkDirectory(meter: Meter): Promise<void> {
  const city = await smallCity({ meter });
  const look = async (path: string, as?: Partial<StaffActor>) => bodyOf(path, await city.get(path, as));
  // biome-ignore lint/suspicious/noExplicitAny: a walk takes what it expects to be there
  const change = async (route: string, body: object | undefined, as = authority): Promise<any> => {
    const [method, path = ''] = route.split(' ');
    return bodyOf(route, await city.send(method as 'POST' | 'PUT' | 'DELETE', path, body, as));
  };
  /** Off and on again. */
  const switched = async (path: string, version: number, as = authority): Promise<void> => {
    await change(`PUT ${path}/status`, { active: false, version }, as);
    await change(`PUT ${path}/status`, { active: true, version: version + 1 }, as);
  };
  const [hospital, town] = [administratorOf('hospital'), administratorOf('town')];

  const ward = { name: '内分泌科', serviceCategory: '03.07' };
  const { departmentId } = await change(`POST ${AT}/hospital/departments`, ward, hospital);
  await change(`PUT ${AT}/hospital/departments/${departmentId}`, { ...ward, version: 1 }, hospital);
  await switched(`${AT}/hospital/departments/${departmentId}`, 2, hospital);

  const facts = { ...practitionerFacts({ name: '李文静' }), departmentId: 'cardiology' };
  const { practitionerId } = await change(`POST ${AT}/hospital/practitioners`, facts, hospital);
  const doctor = `${AT}/hospital/practitioners/${practitionerId}`;
  await change(`PUT ${doctor}`, { ...facts, version: 1 }, hospital);
  await switched(doctor, 2, hospital);
  await look(`${AT}/hospital/practitioners`, hospital);
  await employ(city.deps, 'visitor', ['far-hospital', 'cardiac']);
  const visiting = `${AT}/hospital/visiting-practitioners/visitor`;
  await change(`PUT ${visiting}`, { departmentId: 'cardiology', version: 1 }, hospital);
  await change(`DELETE ${visiting}?version=2`, undefined, hospital);

  await employ(city.deps, 'leader', ['town', 'general'], { name: '蒋春华', familyDoctor: true });
  await employ(city.deps, 'villager', ['clinic', 'village-general'], { familyDoctor: true });
  const team = {
    name: '冢头镇第一团队',
    leaderId: 'leader',
    memberIds: ['villager'],
    serviceArea: ['410425101'],
    capacity: 2_000,
  };
  const { careTeamId } = await change(`POST ${AT}/town/care-teams`, team, town);
  await change(`PUT ${AT}/town/care-teams/${careTeamId}`, { ...team, version: 1 }, town);
  await switched(`${AT}/town/care-teams/${careTeamId}`, 2, town);

  const alliance = {
    name: '县域医共体',
    kind: 'county',
    members: [{ institutionId: 'town', joinedOn: '2020-01-01' }],
    capabilities: ['network', 'records'],
    exceptions: [],
  };
  const { allianceId } = await change(`POST ${AT}/hospital/alliances`, alliance);
  await change(`PUT ${AT}/hospital/alliances/${allianceId}`, { ...alliance, version: 1 });
  await switched(`${AT}/hospital/alliances/${allianceId}`, 2);

  const clinic = institutionFacts({
    name: '南街村卫生室',
    level: 'village',
    kind: 'village-clinic',
    divisionCode: '410425101202',
  });
  const { institutionId } = await change(`POST ${AT}/town/children`, clinic);
  await change(`PUT ${AT}/${institutionId}`, { ...clinic, parentId: 'town', version: 1 });
  await switched(`${AT}/${institutionId}`, 2);

  for (const path of [
    AT,
    `${AT}/hospital`,
    `${AT}/hospital/subtree`,
    `${AT}/hospital/departments`,
    `${AT}/hospital/capabilities?with=town`,
    `${AT}/town/care-teams`,
    `${AT}/town/care-teams/${careTeamId}`,
    '/directory/care-teams?divisionCode=410425101',
    '/directory/practitioners?serviceCategory=03.04',
    `/directory/practitioners/${practitionerId}`,
    '/directory/alliances',
    `/directory/alliances/${allianceId}`,
    '/directory/service-categories',
  ])
    await look(path);
}
