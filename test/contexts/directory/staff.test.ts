import { describe, expect, test } from 'vitest';
import { departments, practitioners } from '../../../functions/directory/store.ts';
import { administratorOf, employ, practitionerFacts, type Scene, smallCity, written } from './scene.ts';

const admin = administratorOf('hospital');
const codesOf = ({ body }: { body: Record<string, unknown> }) =>
  (body['reasons'] as { code: string }[]).map(({ code }) => code);

async function found({ get }: Scene, query: string): Promise<readonly string[]> {
  const { body } = await get(`/directory/practitioners?${query}`);
  return (body['practitioners'] as unknown as { practitionerId: string; institutionId: string }[]).map(
    ({ practitionerId, institutionId }) => `${practitionerId}@${institutionId}`,
  );
}

describe('a department', () => {
  test('is opened by the administrator of its institution', async () => {
    const { send, get, events } = await smallCity();
    const facts = { name: '内分泌科', serviceCategory: '03.07', place: '门诊二楼' };
    const answer = await send('POST', '/directory/institutions/hospital/departments', facts, admin);
    expect(answer).toMatchObject({ status: 201, body: { ...facts, institutionId: 'hospital', version: 1 } });
    expect(events.at(-1)).toMatchObject({
      type: 'directory.department-changed',
      data: { ...facts, institutionId: 'hospital', active: true, version: 1 },
    });
    const { body } = await get('/directory/institutions/hospital/departments');
    expect(body['departments']).toHaveLength(3);
  });

  test('has a service category of the national list', async () => {
    const { send } = await smallCity();
    const answer = await send(
      'POST',
      '/directory/institutions/hospital/departments',
      { name: '未知科', serviceCategory: '29.01' },
      admin,
    );
    expect(answer).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'serviceCategory', message: '不在医疗机构诊疗科目名录中' }] },
    });
  });

  test('keeps its service category and stays on while doctors work in it', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['hospital', 'cardiology']);
    const path = '/directory/institutions/hospital/departments/cardiology';
    const before = written(city);
    const recoded = await city.send(
      'PUT',
      path,
      { name: '心内', serviceCategory: '03.01', version: 1 },
      admin,
    );
    expect(recoded).toMatchObject({ status: 409, body: { code: 'IN_USE' } });
    expect(codesOf(recoded)).toEqual(['HAS_ACTIVE_PRACTITIONERS']);
    expect((await city.send('PUT', `${path}/status`, { active: false, version: 1 }, admin)).status).toBe(409);
    expect(written(city)).toBe(before);
    const renamed = await city.send(
      'PUT',
      path,
      { name: '心内一科', serviceCategory: '03.04', version: 1 },
      admin,
    );
    expect(renamed).toMatchObject({ status: 200, body: { name: '心内一科', version: 2 } });
    expect(await city.get('/directory/practitioners/doctor')).toMatchObject({
      body: { sites: [{ departmentName: '心内一科' }] },
    });
  });

  test('is switched off and on when nobody works in it', async () => {
    const city = await smallCity();
    const path = '/directory/institutions/hospital/departments/surgery/status';
    expect((await city.send('PUT', path, { active: false, version: 1 }, admin)).status).toBe(200);
    expect((await city.get('/directory/institutions/hospital/departments')).body['departments']).toHaveLength(
      1,
    );
    expect(await city.send('PUT', path, { active: true, version: 2 }, admin)).toMatchObject({
      status: 200,
      body: { active: true, version: 3 },
    });
  });

  test('of another institution is not found under this one', async () => {
    const { send } = await smallCity();
    const body = { name: '心内', serviceCategory: '03.04', version: 1 };
    expect(
      await send('PUT', '/directory/institutions/hospital/departments/heart', body, admin),
    ).toMatchObject({
      status: 404,
      body: { code: 'DEPARTMENT_NOT_FOUND' },
    });
  });
});

describe('a practitioner', () => {
  const body = { ...practitionerFacts({ name: '李文静' }), departmentId: 'cardiology' };

  test('is registered once, found at once, and told to the others without anything personal', async () => {
    const city = await smallCity();
    const path = '/directory/institutions/hospital/practitioners';
    const first = await city.send('POST', path, body, admin, 'register-doctor');
    const again = await city.send('POST', path, body, admin, 'register-doctor');
    expect(first).toMatchObject({
      status: 201,
      body: {
        name: '李文静',
        version: 1,
        sites: [{ institutionName: '县人民医院', departmentName: '心血管内科' }],
      },
    });
    const practitionerId = String(first.body['practitionerId']);
    expect(again.body['practitionerId']).toBe(practitionerId);
    const events = city.events.filter(({ type }) => type === 'directory.practitioner-changed');
    expect(events).toHaveLength(1);
    expect(events[0]?.data).toEqual({
      practitionerId,
      institutionId: 'hospital',
      departmentId: 'cardiology',
      serviceCategory: '03.04',
      name: '李文静',
      title: 'chief',
      familyDoctor: false,
      sites: [{ institutionId: 'hospital', departmentId: 'cardiology', serviceCategory: '03.04' }],
      active: true,
      version: 1,
    });
    expect(await found(city, 'serviceCategory=03.04')).toEqual([`${practitionerId}@hospital`]);
  });

  test('is not registered in a department or institution that is off, and both reasons are told', async () => {
    const city = await smallCity();
    const clinic = administratorOf('clinic');
    const department = '/directory/institutions/clinic/departments/village-general/status';
    await city.send('PUT', department, { active: false, version: 1 }, clinic);
    await city.send('PUT', '/directory/institutions/clinic/status', { active: false, version: 1 });
    const before = written(city);
    const path = '/directory/institutions/clinic/practitioners';
    const answer = await city.send('POST', path, { ...body, departmentId: 'village-general' }, clinic);
    expect(answer).toMatchObject({ status: 422, body: { code: 'PLACE_UNUSABLE' } });
    expect(codesOf(answer)).toEqual(['INSTITUTION_INACTIVE', 'DEPARTMENT_INACTIVE']);
    expect(written(city)).toBe(before);
  });

  test('leaves every old search entry behind when the facts change', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['hospital', 'cardiology'], { diseaseTags: ['高血压', '冠心病'] });
    const change = {
      ...practitionerFacts({ name: '张新名', title: 'attending', diseaseTags: ['胆囊结石'] }),
      departmentId: 'surgery',
      version: 1,
    };
    const answer = await city.send(
      'PUT',
      '/directory/institutions/hospital/practitioners/doctor',
      change,
      admin,
    );
    expect(answer).toMatchObject({ status: 200, body: { version: 2 } });
    for (const gone of [
      'serviceCategory=03.04',
      'serviceCategory=03',
      'diseaseTag=冠心病',
      'name=王',
      'institutionId=hospital&title=chief',
    ]) {
      expect(await found(city, encodeURI(gone))).toEqual([]);
    }
    for (const now of [
      'serviceCategory=04.01',
      'serviceCategory=04',
      'diseaseTag=胆囊结石',
      'name=张新',
      'institutionId=hospital&title=attending',
    ]) {
      expect(await found(city, encodeURI(now))).toEqual(['doctor@hospital']);
    }
    const counts = city.deps.all().filter(({ sk }) => sk.startsWith('tally#'));
    expect(counts.find(({ sk }) => sk === 'tally#cardiology')).toMatchObject({ practitioners: 0 });
    expect(counts.find(({ sk }) => sk === 'tally#surgery')).toMatchObject({ practitioners: 1 });
    expect(
      city.deps.all().find(({ pk, sk }) => pk === 'directory#institution#hospital' && sk === 'tally'),
    ).toMatchObject({ practitioners: 1 });
  });

  test('who is switched off is found nowhere but on the roster, and comes back', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['hospital', 'cardiology']);
    const status = '/directory/institutions/hospital/practitioners/doctor/status';
    expect((await city.send('PUT', status, { active: false, version: 1 }, admin)).body).toMatchObject({
      active: false,
      version: 2,
    });
    expect(await found(city, 'serviceCategory=03.04')).toEqual([]);
    expect(await found(city, 'institutionId=hospital')).toEqual([]);
    expect(
      (await city.get('/directory/institutions/hospital/practitioners', admin)).body['practitioners'],
    ).toMatchObject([{ practitionerId: 'doctor', active: false }]);
    expect((await city.get('/directory/practitioners/doctor')).body).toMatchObject({ active: false });
    expect((await city.send('PUT', status, { active: true, version: 2 }, admin)).body).toMatchObject({
      active: true,
      version: 3,
    });
    expect(await found(city, 'serviceCategory=03.04')).toEqual(['doctor@hospital']);
  });

  test('of two changes from one version only one is made', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['hospital', 'cardiology']);
    const change = (name: string) => ({
      ...practitionerFacts({ name }),
      departmentId: 'cardiology',
      version: 1,
    });
    const answers = await Promise.all(
      ['甲医生', '乙医生'].map((name) =>
        city.send('PUT', '/directory/institutions/hospital/practitioners/doctor', change(name), admin),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(await found(city, 'serviceCategory=03.04')).toHaveLength(1);
  });

  test('is maintained only where registered, by who administers that or what is above', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['town', 'general']);
    const change = { ...practitionerFacts({ name: '新名字' }), departmentId: 'general', version: 1 };
    const put = (institutionId: string, as: ReturnType<typeof administratorOf>) =>
      city.send('PUT', `/directory/institutions/${institutionId}/practitioners/doctor`, change, as);
    expect(await put('town', administratorOf('second-hospital'))).toMatchObject({ status: 403 });
    expect(await put('town', administratorOf('clinic'))).toMatchObject({ status: 403 });
    expect(await put('hospital', admin)).toMatchObject({
      status: 404,
      body: { code: 'PRACTITIONER_NOT_FOUND' },
    });
    expect(await put('town', { ...admin, roles: ['clerk'] })).toMatchObject({ status: 403 });
    expect((await practitioners.get(city.deps.table, 'doctor'))?.version).toBe(1);
    expect(await put('town', admin)).toMatchObject({ status: 200 });
  });

  test('an institution that is off takes no doctor, though both are decided at the same moment', async () => {
    const city = await smallCity();
    await city.send(
      'PUT',
      '/directory/institutions/clinic/departments/village-general/status',
      { active: false, version: 1 },
      administratorOf('clinic'),
    );
    const racing = await Promise.all([
      city.send('PUT', '/directory/institutions/clinic/status', { active: false, version: 1 }),
      city.send(
        'POST',
        '/directory/institutions/clinic/departments',
        { name: '卫生室', serviceCategory: '02' },
        administratorOf('clinic'),
      ),
    ]);
    const open = (
      await departments.query(city.deps.table, {
        pk: 'directory#institution#clinic',
        sk: { beginsWith: 'department#' },
      })
    ).items.filter(({ active }) => active);
    expect(racing.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(open.length).toBe(racing[0]?.status === 200 ? 0 : 1);
  });
});

describe('multi-site practice', () => {
  const visiting = '/directory/institutions/hospital/visiting-practitioners/doctor';

  test('lets a doctor be found at each place, and ends without trace', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['far-hospital', 'cardiac']);
    const begun = await city.send('PUT', visiting, { departmentId: 'cardiology', version: 1 }, admin);
    expect(begun).toMatchObject({
      status: 200,
      body: { version: 2, sites: [{ institutionId: 'far-hospital' }, { institutionId: 'hospital' }] },
    });
    expect(await found(city, 'serviceCategory=03.04')).toEqual(['doctor@far-hospital', 'doctor@hospital']);
    expect(city.events.at(-1)?.data).toMatchObject({
      institutionId: 'far-hospital',
      departmentId: 'cardiac',
      sites: [{ institutionId: 'far-hospital' }, { institutionId: 'hospital', departmentId: 'cardiology' }],
    });
    const ended = await city.send('DELETE', `${visiting}?version=2`, undefined, admin);
    expect(ended).toMatchObject({
      status: 200,
      body: { version: 3, sites: [{ institutionId: 'far-hospital' }] },
    });
    expect(await found(city, 'serviceCategory=03.04')).toEqual(['doctor@far-hospital']);
    expect(JSON.stringify(city.deps.all().filter(({ pk }) => pk === 'directory#roster#hospital'))).toBe('[]');
  });

  test('files a doctor once an institution and at three places at most', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['far-hospital', 'cardiac']);
    await city.send('PUT', visiting, { departmentId: 'cardiology', version: 1 }, admin);
    expect(await city.send('PUT', visiting, { departmentId: 'surgery', version: 2 }, admin)).toMatchObject({
      status: 409,
      body: { code: 'SITE_TAKEN' },
    });
    const town = '/directory/institutions/town/visiting-practitioners/doctor';
    expect((await city.send('PUT', town, { departmentId: 'general', version: 2 }, admin)).status).toBe(200);
    const second = '/directory/institutions/second-hospital/visiting-practitioners/doctor';
    const answer = await city.send(
      'PUT',
      second,
      { departmentId: 'heart', version: 3 },
      administratorOf('second-hospital'),
    );
    expect(answer).toMatchObject({ status: 422, body: { code: 'SITES_TOO_MANY' } });
  });

  test('never ends where the doctor is registered', async () => {
    const city = await smallCity();
    await employ(city.deps, 'doctor', ['hospital', 'cardiology']);
    expect(await city.send('DELETE', `${visiting}?version=1`, undefined, admin)).toMatchObject({
      status: 404,
    });
  });
});
