import { expect, test } from 'vitest';
import { createInstitutionTree } from '../../../shared/access/institution-tree.ts';
import { add, administratorOf, authority, employ, institutionFacts, smallCity, written } from './scene.ts';

test('shows an institution with its departments and its place in the tree', async () => {
  const { get } = await smallCity();
  const { status, body } = await get('/directory/institutions/hospital');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    institutionId: 'hospital',
    parentId: 'county-office',
    active: true,
    version: 1,
    ancestors: [{ institutionId: 'county-office' }, { institutionId: 'city-office', name: '市卫健委' }],
    children: [{ institutionId: 'town', level: 'township' }],
    departments: [
      { departmentId: 'cardiology', serviceCategory: '03.04', serviceCategoryName: '心血管内科专业' },
      { departmentId: 'surgery' },
    ],
  });
});

test('lets nothing of the store leave: no keys, no events, no counts', async () => {
  const { get } = await smallCity();
  const { body } = await get('/directory/institutions/hospital');
  expect(JSON.stringify(body)).not.toMatch(/"pk"|"sk"|eventId|tally/);
});

test('answers that there is no such institution', async () => {
  const { get } = await smallCity();
  expect(await get('/directory/institutions/nowhere')).toMatchObject({
    status: 404,
    body: { code: 'INSTITUTION_NOT_FOUND', message: '未找到该医疗机构' },
  });
});

test('lists institutions by level, division and part of the name; authorities only on demand', async () => {
  const { get } = await smallCity();
  const ids = async (query: string) => {
    const { body } = await get(`/directory/institutions?${query}`);
    return (body['institutions'] as unknown as { institutionId: string }[]).map(
      ({ institutionId }) => institutionId,
    );
  };
  expect(await ids('')).toEqual(['far-hospital', 'hospital', 'second-hospital', 'town', 'clinic']);
  expect(await ids('level=secondary')).toEqual(['hospital', 'second-hospital']);
  expect(await ids('level=authority')).toEqual(['city-office', 'county-office']);
  expect(await ids('divisionCode=410425101')).toEqual(['town', 'clinic']);
  expect(await ids(`name=${encodeURIComponent('医院')}`)).toEqual([
    'far-hospital',
    'hospital',
    'second-hospital',
  ]);
  expect(await ids('latitude=34.033&longitude=113.33')).toEqual([
    'town',
    'clinic',
    'second-hospital',
    'hospital',
    'far-hospital',
  ]);
  expect(await ids('latitude=34.033&longitude=113.33&radiusMetres=1000')).toEqual(['town', 'clinic']);
});

test('pages the list without repeating or losing one', async () => {
  const { get } = await smallCity();
  const seen: string[] = [];
  let query = 'limit=2';
  for (;;) {
    const { body } = await get(`/directory/institutions?${query}`);
    seen.push(
      ...(body['institutions'] as unknown as { institutionId: string }[]).map((each) => each.institutionId),
    );
    if (body['next'] === undefined) break;
    query = `limit=2&cursor=${body['next']}`;
  }
  expect(seen).toEqual(['far-hospital', 'hospital', 'second-hospital', 'town', 'clinic']);
});

test('refuses half a position and a made-up cursor, naming the field', async () => {
  const { get } = await smallCity();
  expect(await get('/directory/institutions?latitude=34')).toMatchObject({
    status: 400,
    body: {
      code: 'INVALID_REQUEST',
      fields: [{ in: 'query', path: 'longitude', message: '经度和纬度须同时给出' }],
    },
  });
  expect(await get('/directory/institutions?cursor=%25%25')).toMatchObject({
    status: 400,
    body: { fields: [{ in: 'query', path: 'cursor' }] },
  });
});

test('shows what stands below, level by level', async () => {
  const { get } = await smallCity();
  const { body } = await get('/directory/institutions/county-office/subtree?depth=2');
  expect(body['institutions']).toMatchObject([
    { institutionId: 'county-office', depth: 0 },
    { institutionId: 'hospital', depth: 1 },
    { institutionId: 'second-hospital', depth: 1 },
    { institutionId: 'town', depth: 2 },
  ]);
});

test('creates an institution below the named one, once however often the request is sent', async () => {
  const { send, get, events, deps } = await smallCity();
  const facts = institutionFacts({ name: '安良镇卫生院', level: 'township', divisionCode: '410425102' });
  const first = await send(
    'POST',
    '/directory/institutions/hospital/children',
    facts,
    authority,
    'same-request',
  );
  const second = await send(
    'POST',
    '/directory/institutions/hospital/children',
    facts,
    authority,
    'same-request',
  );
  expect(first).toMatchObject({
    status: 201,
    body: { name: '安良镇卫生院', parentId: 'hospital', version: 1 },
  });
  expect(second.body['institutionId']).toBe(first.body['institutionId']);
  expect(events.filter(({ data }) => data['name'] === '安良镇卫生院')).toHaveLength(1);
  const { body } = await get('/directory/institutions/hospital');
  expect(body['children']).toHaveLength(2);
  const tree = createInstitutionTree(deps.table, deps.clock);
  expect(await tree.ancestorsOf(String(first.body['institutionId']))).toEqual([
    'hospital',
    'county-office',
    'city-office',
  ]);
});

test('gives another request another institution', async () => {
  const { send } = await smallCity();
  const facts = institutionFacts({ level: 'township' });
  const ids = [
    await send('POST', '/directory/institutions/hospital/children', facts, authority, 'first-request'),
    await send('POST', '/directory/institutions/hospital/children', facts, authority, 'other-request'),
    await send('POST', '/directory/institutions/second-hospital/children', facts, authority, 'first-request'),
  ].map(({ body }) => body['institutionId']);
  expect(new Set(ids).size).toBe(3);
});

test('refuses a level above the parent and writes nothing', async () => {
  const city = await smallCity();
  const before = written(city);
  const answer = await city.send(
    'POST',
    '/directory/institutions/town/children',
    institutionFacts({ level: 'tertiary' }),
  );
  expect(answer).toMatchObject({
    status: 422,
    body: { code: 'TREE_BROKEN', reasons: [{ code: 'LEVEL_ABOVE_PARENT' }] },
  });
  expect(written(city)).toBe(before);
});

test('changes facts under the version last read, and tells the others', async () => {
  const { send, get, events } = await smallCity();
  const facts = institutionFacts({ name: '县人民医院新院区', phone: '0375-5550100' });
  // This container has its copy of the list already.
  await get('/directory/institutions');
  const answer = await send('PUT', '/directory/institutions/hospital', { ...facts, version: 1 });
  expect(answer).toMatchObject({ status: 200, body: { name: '县人民医院新院区', version: 2 } });
  expect(events.at(-1)).toMatchObject({
    type: 'directory.institution-changed',
    data: { institutionId: 'hospital', parentId: 'county-office', version: 2, active: true, moved: false },
  });
  const { body } = await get(`/directory/institutions?name=${encodeURIComponent('新院区')}`);
  expect(body['institutions']).toHaveLength(1);
});

test('answers a repeated change as done, and a stale one with the present version', async () => {
  const { send } = await smallCity();
  const change = { ...institutionFacts({ name: '新名称' }), version: 1 };
  await send('PUT', '/directory/institutions/hospital', change);
  expect(await send('PUT', '/directory/institutions/hospital', change)).toMatchObject({
    status: 200,
    body: { version: 2 },
  });
  expect(
    await send('PUT', '/directory/institutions/hospital', { ...change, name: '别的名称' }),
  ).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT', context: { version: 2 } },
  });
});

test('of two changes from one version only one is made', async () => {
  const { send, get } = await smallCity();
  const answers = await Promise.all(
    ['甲医院', '乙医院', '丙医院'].map((name) =>
      send('PUT', '/directory/institutions/hospital', { ...institutionFacts({ name }), version: 1 }),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  expect((await get('/directory/institutions/hospital')).body['version']).toBe(2);
});

test('keeps the county of an institution', async () => {
  const { send } = await smallCity();
  const change = { ...institutionFacts({ divisionCode: '410403001' }), version: 1 };
  expect(await send('PUT', '/directory/institutions/hospital', change)).toMatchObject({
    status: 422,
    body: { code: 'TREE_BROKEN', reasons: [{ code: 'COUNTY_FIXED' }] },
  });
});

test('refuses to switch off what is in use, with all reasons at once', async () => {
  const city = await smallCity();
  await employ(city.deps, 'doctor', ['hospital', 'cardiology']);
  await employ(city.deps, 'second-doctor', ['hospital', 'surgery']);
  const before = written(city);
  const answer = await city.send('PUT', '/directory/institutions/hospital/status', {
    active: false,
    version: 1,
  });
  expect(answer).toMatchObject({ status: 409, body: { code: 'IN_USE' } });
  expect(answer.body['reasons']).toMatchObject([
    { code: 'HAS_ACTIVE_CHILDREN', detail: { count: 1 } },
    { code: 'HAS_ACTIVE_DEPARTMENTS', detail: { count: 2 } },
    { code: 'HAS_ACTIVE_PRACTITIONERS', detail: { count: 2 } },
  ]);
  expect(written(city)).toBe(before);
});

test('switches an unused institution off and on again', async () => {
  const city = await smallCity();
  await add(city.deps, 'leaf', 'town', { level: 'village', divisionCode: '410425101202' });
  const off = await city.send('PUT', '/directory/institutions/leaf/status', { active: false, version: 1 });
  expect(off).toMatchObject({ status: 200, body: { active: false, version: 2 } });
  expect(city.events.at(-1)).toMatchObject({ data: { institutionId: 'leaf', active: false, version: 2 } });
  const { body } = await city.get('/directory/institutions/town');
  expect(body['children']).toMatchObject([{ institutionId: 'clinic' }]);
  const place = await city.deps.table.get({ pk: 'institution#leaf', sk: 'place' });
  expect(place).toMatchObject({
    active: false,
    level: 'village',
    ancestors: ['town', 'hospital', 'county-office', 'city-office'],
  });
  expect(
    await city.send('PUT', '/directory/institutions/leaf/status', { active: true, version: 2 }),
  ).toMatchObject({
    status: 200,
    body: { active: true, version: 3 },
  });
});

test('switches nothing on below a parent that is off', async () => {
  const city = await smallCity();
  await add(city.deps, 'station', 'hospital', { level: 'township', divisionCode: '410425102' });
  await add(city.deps, 'leaf', 'station', { level: 'village', divisionCode: '410425102201' });
  await city.send('PUT', '/directory/institutions/leaf/status', { active: false, version: 1 });
  await city.send('PUT', '/directory/institutions/station/status', { active: false, version: 1 });
  expect(
    await city.send('PUT', '/directory/institutions/leaf/status', { active: true, version: 2 }),
  ).toMatchObject({
    status: 422,
    body: { code: 'TREE_BROKEN', reasons: [{ code: 'PARENT_UNUSABLE' }] },
  });
});

test('switches nothing on above the level that its parent has taken since', async () => {
  const city = await smallCity();
  const station = institutionFacts({ divisionCode: '410425102' });
  await add(city.deps, 'station', 'county-office', station);
  await add(city.deps, 'branch', 'station', station);
  await city.send('PUT', '/directory/institutions/branch/status', { active: false, version: 1 });
  const lowered = { ...station, level: 'township', version: 1 };
  expect((await city.send('PUT', '/directory/institutions/station', lowered)).status).toBe(200);
  const on = () => city.send('PUT', '/directory/institutions/branch/status', { active: true, version: 2 });
  expect(await on()).toMatchObject({
    status: 422,
    body: { code: 'TREE_BROKEN', reasons: [{ code: 'LEVEL_ABOVE_PARENT' }] },
  });
  await city.send('PUT', '/directory/institutions/station', { ...station, version: 2 });
  expect((await on()).status).toBe(200);
});

test('lets nobody but the authority above maintain institutions', async () => {
  const city = await smallCity();
  const change = { ...institutionFacts(), version: 1 };
  const put = (as: Parameters<typeof city.get>[1]) =>
    city.send('PUT', '/directory/institutions/hospital', change, as);
  const before = written(city);
  expect(await put(administratorOf('hospital'))).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  expect(await put({ ...authority, institutionId: 'second-hospital' })).toMatchObject({ status: 403 });
  expect(await put({ ...authority, secondFactor: false })).toMatchObject({
    status: 401,
    body: { code: 'SECOND_FACTOR_REQUIRED' },
  });
  expect(written(city)).toBe(before);
  expect(await put({ ...authority, institutionId: 'county-office' })).toMatchObject({ status: 200 });
});
