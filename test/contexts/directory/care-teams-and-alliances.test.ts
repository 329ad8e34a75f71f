import { describe, expect, test } from 'vitest';
import { createCityLists } from '../../../functions/directory/city-list.ts';
import { ALLIANCES, careTeams } from '../../../functions/directory/store.ts';
import {
  administratorOf,
  authority,
  employ,
  practitionerFacts,
  type Scene,
  smallCity,
  written,
} from './scene.ts';

const codesOf = ({ body }: { body: Record<string, unknown> }) =>
  (body['reasons'] as { code: string }[]).map(({ code }) => code);

describe('a family-doctor team', () => {
  const town = administratorOf('town');
  const path = '/directory/institutions/town/care-teams';
  const facts = {
    name: '冢头镇第一团队',
    leaderId: 'leader',
    memberIds: ['villager'],
    serviceArea: ['410425101', '410425102201'],
    capacity: 2000,
  };

  async function staffed(): Promise<Scene> {
    const city = await smallCity();
    await employ(city.deps, 'leader', ['town', 'general'], { name: '蒋春华', familyDoctor: true });
    await employ(city.deps, 'villager', ['clinic', 'village-general'], {
      name: '沈根生',
      familyDoctor: true,
    });
    await employ(city.deps, 'surgeon', ['hospital', 'surgery'], { name: '丁俊杰' });
    return city;
  }

  async function formed(): Promise<{ city: Scene; careTeamId: string }> {
    const city = await staffed();
    const { body } = await city.send('POST', path, facts, town);
    return { city, careTeamId: String(body['careTeamId']) };
  }

  test('is formed, told to the others, and found by where people live', async () => {
    const city = await staffed();
    const answer = await city.send('POST', path, facts, town);
    expect(answer).toMatchObject({
      status: 201,
      body: { ...facts, institutionId: 'town', active: true, version: 1 },
    });
    expect(city.events.at(-1)).toMatchObject({
      type: 'directory.care-team-changed',
      data: { ...facts, careTeamId: answer.body['careTeamId'], institutionId: 'town', version: 1 },
    });
    const serving = async (code: string) =>
      (
        (await city.get(`/directory/care-teams?divisionCode=${code}`)).body[
          'careTeams'
        ] as unknown as unknown[]
      ).length;
    expect(await serving('410425101')).toBe(1);
    expect(await serving('410425101201')).toBe(1);
    expect(await serving('410425102')).toBe(1);
    expect(await serving('410425102201')).toBe(1);
    expect(await serving('410425102202')).toBe(0);
    expect(await serving('410425103')).toBe(0);
    expect((await city.get(path)).body['careTeams']).toHaveLength(1);
    expect((await city.get(`${path}/${answer.body['careTeamId']}`)).body).toMatchObject({ name: facts.name });
  });

  test('has a family doctor of the house as leader and active doctors as members; all faults are told', async () => {
    const city = await staffed();
    const before = written(city);
    const answer = await city.send(
      'POST',
      path,
      { ...facts, leaderId: 'surgeon', memberIds: ['nobody', 'surgeon'] },
      town,
    );
    expect(answer).toMatchObject({ status: 422, body: { code: 'TEAM_UNUSABLE' } });
    expect(codesOf(answer)).toEqual(['LEADER_UNUSABLE', 'MEMBER_UNUSABLE', 'MEMBER_UNUSABLE']);
    expect(written(city)).toBe(before);
  });

  test('keeps its doctors until they are released', async () => {
    const { city, careTeamId } = await formed();
    const doctor = '/directory/institutions/town/practitioners/leader';
    const off = await city.send('PUT', `${doctor}/status`, { active: false, version: 1 }, town);
    expect(off).toMatchObject({
      status: 409,
      body: { code: 'IN_USE', reasons: [{ code: 'IN_CARE_TEAMS', detail: { count: 1 } }] },
    });
    const demoted = {
      ...practitionerFacts({ name: '蒋春华', familyDoctor: false }),
      departmentId: 'general',
      version: 1,
    };
    expect((await city.send('PUT', doctor, demoted, town)).status).toBe(409);
    const retitled = { ...demoted, familyDoctor: true, title: 'associate-chief' };
    expect((await city.send('PUT', doctor, retitled, town)).status).toBe(200);
    expect(
      (await city.send('PUT', `${path}/${careTeamId}/status`, { active: false, version: 1 }, town)).status,
    ).toBe(200);
    expect((await city.send('PUT', `${doctor}/status`, { active: false, version: 2 }, town)).status).toBe(
      200,
    );
    expect((await city.get('/directory/care-teams?divisionCode=410425101')).body['careTeams']).toEqual([]);
    const on = await city.send('PUT', `${path}/${careTeamId}/status`, { active: true, version: 2 }, town);
    expect(on).toMatchObject({ status: 422, body: { reasons: [{ code: 'LEADER_UNUSABLE' }] } });
  });

  test('changes members and area; who left is free again', async () => {
    const { city, careTeamId } = await formed();
    const change = { ...facts, memberIds: ['surgeon'], serviceArea: ['410425103'], version: 1 };
    expect(await city.send('PUT', `${path}/${careTeamId}`, change, town)).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect((await city.get('/directory/care-teams?divisionCode=410425101')).body['careTeams']).toEqual([]);
    expect((await city.get('/directory/care-teams?divisionCode=410425103')).body['careTeams']).toHaveLength(
      1,
    );
    expect(city.deps.all().filter(({ pk }) => pk.startsWith('directory#area#'))).toMatchObject([
      { pk: 'directory#area#410425103', careTeamId },
    ]);
    const villager = '/directory/institutions/clinic/practitioners/villager/status';
    expect((await city.send('PUT', villager, { active: false, version: 1 }, town)).status).toBe(200);
    const surgeon = '/directory/institutions/hospital/practitioners/surgeon/status';
    expect(
      (await city.send('PUT', surgeon, { active: false, version: 1 }, administratorOf('hospital'))).status,
    ).toBe(409);
  });

  test('is shown however many were dissolved before it', async () => {
    const { city, careTeamId } = await formed();
    const id = { institutionId: 'town', careTeamId };
    const dissolved = { ...facts, ...id, active: false, version: 2 };
    for (let index = 0; index < 1_100; index += 1) {
      const old = { ...id, careTeamId: `0${String(index).padStart(4, '0')}` };
      await careTeams.put(city.deps.table, old, { ...dissolved, ...old });
    }
    expect((await city.get(path)).body['careTeams']).toMatchObject([id]);
  });

  test('is in the way of switching its institution off', async () => {
    const { city } = await formed();
    expect(
      codesOf(await city.send('PUT', '/directory/institutions/town/status', { active: false, version: 1 })),
    ).toContain('HAS_ACTIVE_CARE_TEAMS');
  });
});

describe('an alliance', () => {
  const path = '/directory/institutions/hospital/alliances';
  const facts = {
    name: '县域医共体',
    kind: 'county',
    members: [
      { institutionId: 'second-hospital', joinedOn: '2020-01-01' },
      { institutionId: 'town', joinedOn: '2026-03-10' },
    ],
    capabilities: ['network', 'records'],
    exceptions: [{ capability: 'records', between: ['hospital', 'second-hospital'], enabled: false }],
  };

  async function switchedOn({ get }: Scene, one: string, other: string): Promise<readonly string[]> {
    const { body } = await get(`/directory/institutions/${one}/capabilities?with=${other}`);
    return (body['capabilities'] as unknown as { capability: string; enabled: boolean }[])
      .filter(({ enabled }) => enabled)
      .map(({ capability }) => capability);
  }

  test('is founded by the authority above its lead and shown with its parties', async () => {
    const city = await smallCity();
    const { status, body } = await city.send('POST', path, facts);
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { ...facts, leadId: 'hospital', version: 1 },
    });
    expect(city.events.at(-1)).toMatchObject({
      type: 'directory.alliance-changed',
      data: { leadId: 'hospital', members: facts.members },
    });
    expect((await city.get(`/directory/alliances/${body['allianceId']}`)).body).toMatchObject(facts);
    expect((await city.get('/directory/alliances?kind=county')).body['alliances']).toHaveLength(1);
    expect((await city.get('/directory/alliances?kind=remote')).body['alliances']).toEqual([]);
    expect((await city.get('/directory/institutions/hospital')).body['alliances']).toMatchObject([
      { role: 'lead' },
    ]);
    expect((await city.get('/directory/institutions/second-hospital')).body['alliances']).toMatchObject([
      { role: 'member' },
    ]);
    expect((await city.get('/directory/institutions/town')).body['alliances']).toEqual([]);
  });

  test('switches capabilities between its parties, by pair and by day', async () => {
    const city = await smallCity();
    await city.send('POST', path, facts);
    expect(await switchedOn(city, 'second-hospital', 'hospital')).toEqual(['network']);
    expect(await switchedOn(city, 'hospital', 'town')).toEqual([]);
    // Midnight in China begins 10 March.
    city.deps.clock.set('2026-03-09T16:00:00.000Z');
    expect(await switchedOn(city, 'hospital', 'town')).toEqual(['network', 'records']);
    expect(await switchedOn(city, 'second-hospital', 'town')).toEqual(['network', 'records']);
    expect(await switchedOn(city, 'hospital', 'clinic')).toEqual([]);
  });

  test('is changed under its version and refused with all faults', async () => {
    const city = await smallCity();
    const { body } = await city.send('POST', path, facts);
    const one = `${path}/${body['allianceId']}`;
    const before = written(city);
    const faulty = { ...facts, members: [{ institutionId: 'nowhere', joinedOn: '2020-01-01' }], version: 1 };
    expect(codesOf(await city.send('PUT', one, faulty))).toEqual(['MEMBER_UNKNOWN', 'EXCEPTION_UNUSABLE']);
    expect(written(city)).toBe(before);
    expect(await city.send('PUT', one, { ...facts, exceptions: [], version: 1 })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect(await city.send('PUT', one, { ...facts, capabilities: [], version: 1 })).toMatchObject({
      status: 409,
    });
    expect(await switchedOn(city, 'second-hospital', 'hospital')).toEqual(['network', 'records']);
  });

  test('is seen by a container that read the list when it had just been founded', async () => {
    const city = await smallCity();
    const { table, clock } = city.deps;
    // A replica that has not heard of alliances yet: DynamoDB may answer so whoever does not ask consistently.
    const lists = createCityLists({
      clock,
      table: {
        ...table,
        query: async (spec) =>
          spec.pk === ALLIANCES && spec.consistent !== true ? { items: [] } : table.query(spec),
      },
    });
    await city.send('POST', path, facts);
    await lists.current();
    clock.advance(10_000);
    expect((await lists.current()).alliances).toHaveLength(1);
  });

  test('is in the way of switching its lead off until it is dissolved', async () => {
    const city = await smallCity();
    const { body } = await city.send('POST', '/directory/institutions/far-hospital/alliances', {
      ...facts,
      exceptions: [],
    });
    const off = () =>
      city.send('PUT', '/directory/institutions/far-hospital/status', { active: false, version: 1 });
    expect(codesOf(await off())).toContain('LEADS_ALLIANCES');
    const one = `/directory/institutions/far-hospital/alliances/${body['allianceId']}`;
    expect((await city.send('PUT', `${one}/status`, { active: false, version: 1 })).status).toBe(200);
    expect(codesOf(await off())).not.toContain('LEADS_ALLIANCES');
    expect((await city.get('/directory/alliances')).body['alliances']).toEqual([]);
  });

  test('is not led by whom its authority does not reach, nor found under another lead', async () => {
    const city = await smallCity();
    const county = { ...authority, institutionId: 'county-office' };
    expect(
      await city.send('POST', '/directory/institutions/far-hospital/alliances', facts, county),
    ).toMatchObject({ status: 403 });
    const { body } = await city.send('POST', path, facts);
    const other = `/directory/institutions/second-hospital/alliances/${body['allianceId']}`;
    expect(await city.send('PUT', other, { ...facts, version: 1 })).toMatchObject({
      status: 404,
      body: { code: 'ALLIANCE_NOT_FOUND' },
    });
  });
});
