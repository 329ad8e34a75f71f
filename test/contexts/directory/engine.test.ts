import { afterAll, beforeAll, expect, test } from 'vitest';
import { places } from '../../../functions/directory/store.ts';
import { loadCity } from '../../../infra/local/city/load-city.ts';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { administratorOf, institutionFacts, practitionerFacts, type Scene, scene } from './scene.ts';

/** The same API over the embedded engine: what only a real DynamoDB interface can get wrong. */
let engine: TableEngine;
let city: Scene;

beforeAll(async () => {
  engine = await startTableEngine();
  city = scene({ table: engine.table });
  await loadCity(city.deps, 'infra/local/city/jiaxian');
});

afterAll(() => engine.stop());

const admin = administratorOf('jiaxian-people-hospital');
const authority = { institutionId: 'jiaxian-health-commission', roles: ['health-authority'] } as const;
const ids = (body: Record<string, unknown>) =>
  (body['practitioners'] as { practitionerId: string }[]).map(({ practitionerId }) => practitionerId);

test('a second load finds everything as it is', async () => {
  const report = await loadCity(city.deps, 'infra/local/city/jiaxian');
  for (const counts of Object.values(report)) expect(counts).toMatchObject({ created: 0, changed: 0 });
});

test('pages through a category in key order and through the nearest in order of distance', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await city.get(`/directory/practitioners?serviceCategory=02&limit=5${cursor}`);
    seen.push(...ids(body));
    cursor = body['next'] === undefined ? '' : `&cursor=${body['next']}`;
  } while (cursor !== '');
  expect(seen).toHaveLength(23);
  expect(new Set(seen).size).toBe(23);
  const { body } = await city.get(
    '/directory/practitioners?serviceCategory=02&latitude=34.085&longitude=113.19&limit=2',
  );
  expect(ids(body)[0]).toBe('doc-410425107-1');
});

test('registers a doctor in one transaction, and of two changes makes one', async () => {
  const body = { ...practitionerFacts({ name: '新来医生' }), departmentId: 'dept-jxrm-0304' };
  const path = '/directory/institutions/jiaxian-people-hospital/practitioners';
  const { body: made } = await city.send('POST', path, body, admin);
  const found = await city.get(`/directory/practitioners?name=${encodeURIComponent('新来')}`);
  expect(ids(found.body)).toEqual([made['practitionerId']]);
  const answers = await Promise.all(
    ['甲医生', '乙医生', '丙医生'].map((name) =>
      city.send('PUT', `${path}/${made['practitionerId']}`, { ...body, name, version: 1 }, admin),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
});

test('refuses to switch a hospital off, with all reasons of the failed conditions', async () => {
  const path = '/directory/institutions/jiaxian-people-hospital/status';
  const { status, body } = await city.send('PUT', path, { active: false, version: 1 }, authority);
  expect(status).toBe(409);
  expect((body['reasons'] as unknown as { code: string }[]).map(({ code }) => code)).toEqual([
    'HAS_ACTIVE_CHILDREN',
    'HAS_ACTIVE_DEPARTMENTS',
    'HAS_ACTIVE_PRACTITIONERS',
    'LEADS_ALLIANCES',
  ]);
});

test('moves a town with its villages below the other hospital', async () => {
  const facts = institutionFacts({
    name: '黄道镇卫生院',
    level: 'township',
    kind: 'township-health-centre',
    divisionCode: '410425107',
  });
  const moved = await city.send(
    'PUT',
    '/directory/institutions/hc-410425107',
    { ...facts, parentId: 'jiaxian-tcm-hospital', version: 1 },
    authority,
  );
  expect(moved).toMatchObject({ status: 200, body: { version: 2 } });
  await city.redeliver('hc-410425107');
  const clinic = await places.get(engine.table, 'clinic-410425107201', { consistent: true });
  expect(clinic?.ancestors.slice(0, 2)).toEqual(['hc-410425107', 'jiaxian-tcm-hospital']);
});

test('refuses a knot with the tree read from the engine', async () => {
  const facts = institutionFacts({ divisionCode: '410425001' });
  const answer = await city.send(
    'PUT',
    '/directory/institutions/jiaxian-people-hospital',
    { ...facts, parentId: 'hc-410425101', version: 1 },
    authority,
  );
  expect(answer).toMatchObject({ status: 422, body: { code: 'TREE_BROKEN' } });
  expect((answer.body['reasons'] as unknown as { code: string }[]).map(({ code }) => code)).toContain(
    'CYCLE',
  );
});
