import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceMetres } from '../../../functions/directory/geo.ts';
import { createNearCards } from '../../../functions/directory/near-cards.ts';
import { categoryKey } from '../../../functions/directory/search-entries.ts';
import { practitioners } from '../../../functions/directory/store.ts';
import { loadCity } from '../../../infra/local/city/load-city.ts';
import type { Consumed } from '../../../shared/data/table.ts';
import { add, administratorOf, CENTRE, employ, type Scene, scene, smallCity } from './scene.ts';

interface Card {
  readonly practitionerId: string;
  readonly institutionId: string;
  readonly title: string;
  readonly diseaseTags: readonly string[];
  readonly serviceCategory: string;
  readonly familyDoctor: boolean;
  readonly name: string;
  readonly location: { latitude: number; longitude: number };
  readonly distanceMetres?: number;
}

async function pageAt(
  { get }: Scene,
  query: string,
): Promise<{ cards: readonly Card[]; next: string | undefined }> {
  const { status, body } = await get(`/directory/practitioners?${query}`);
  expect(status).toBe(200);
  return { cards: body['practitioners'] as unknown as Card[], next: body['next'] as string | undefined };
}

async function all(city: Scene, query: string): Promise<readonly Card[]> {
  const cards: Card[] = [];
  let cursor = '';
  do {
    const page = await pageAt(city, `${query}${cursor}`);
    cards.push(...page.cards);
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  return cards;
}

const ids = (cards: readonly Card[]) => cards.map(({ practitionerId }) => practitionerId);

async function demoCity(consumed: Consumed[] = []): Promise<Scene> {
  const city = scene({ memory: { onConsumed: (units) => consumed.push(units) } });
  await loadCity(city.deps, 'infra/local/city/jiaxian');
  return city;
}

describe('searching the demo city', () => {
  test('finds the heart doctors of the county, best title first, with what to show', async () => {
    const city = await demoCity();
    const { cards, next } = await pageAt(city, 'serviceCategory=03.04&divisionCode=410425');
    expect(ids(cards)).toEqual(['doc-jxrm-01', 'doc-pds-01', 'doc-jxrm-02', 'doc-jxrm-03']);
    expect(next).toBeUndefined();
    expect(cards[0]).toEqual({
      practitionerId: 'doc-jxrm-01',
      name: '王立群',
      title: 'chief',
      familyDoctor: false,
      diseaseTags: ['高血压', '冠心病'],
      institutionId: 'jiaxian-people-hospital',
      institutionName: '郏县人民医院',
      departmentId: 'dept-jxrm-0304',
      departmentName: '心血管内科',
      serviceCategory: '03.04',
      serviceCategoryName: '心血管内科专业',
      location: { latitude: 33.9745, longitude: 113.2165 },
    });
  });

  test('finds by a whole department of medicine, by disease, by name and by title', async () => {
    const city = await demoCity();
    expect(ids(await all(city, 'serviceCategory=03&divisionCode=410425'))).toHaveLength(10);
    expect(ids(await all(city, encodeURI('diseaseTag=面瘫')))).toEqual(['doc-jxzy-03']);
    expect(ids(await all(city, encodeURI('name=王')))).toEqual(['doc-jxrm-01']);
    expect(ids(await all(city, encodeURI('name=王立群&title=resident')))).toEqual([]);
    expect(ids(await all(city, 'institutionId=jiaxian-tcm-hospital&title=chief'))).toEqual(['doc-jxzy-01']);
    expect(ids(await all(city, 'institutionId=jiaxian-tcm-hospital&serviceCategory=50.13'))).toEqual([
      'doc-jxzy-03',
    ]);
  });

  test('shows the nearest family doctors first, with the distance', async () => {
    const city = await demoCity();
    const cards = await all(
      city,
      'serviceCategory=02&familyDoctor=true&latitude=34.033&longitude=113.33&radiusMetres=10000',
    );
    expect(ids(cards).slice(0, 2)).toEqual(['doc-410425101-1', 'doc-410425101-2']);
    const metres = cards.map(({ distanceMetres: distance = -1 }) => distance);
    expect(metres[0]).toBe(0);
    expect(metres).toEqual(metres.toSorted((one, other) => one - other));
    expect(Math.max(...metres)).toBeLessThanOrEqual(10_000);
  });

  test('reads the few cards it needs, never the table', async () => {
    const consumed: Consumed[] = [];
    const city = await demoCity(consumed);
    await pageAt(city, 'serviceCategory=02');
    consumed.length = 0;
    await pageAt(city, 'serviceCategory=03.04&divisionCode=410425');
    await pageAt(city, encodeURI('diseaseTag=高血压'));
    await pageAt(city, `serviceCategory=02&latitude=${CENTRE.latitude}&longitude=${CENTRE.longitude}`);
    expect(consumed.reduce((sum, { readUnits }) => sum + readUnits, 0)).toBeLessThan(40);
    expect(consumed.length).toBeLessThan(20);
  });
});

test('asks for something to search by', async () => {
  const { get } = await smallCity();
  expect(await get('/directory/practitioners?title=chief')).toMatchObject({
    status: 400,
    body: { fields: [{ path: 'serviceCategory', message: '请至少给出科目、病种、姓名或机构之一' }] },
  });
});

test('refuses a cursor of another search instead of failing on it', async () => {
  const city = await smallCity();
  for (const number of [1, 2, 3]) await employ(city.deps, `doctor-${number}`, ['hospital', 'cardiology']);
  const { next } = await pageAt(city, 'serviceCategory=03.04&divisionCode=410425&limit=1');
  const { status, body } = await city.get(
    `/directory/practitioners?serviceCategory=03.04&divisionCode=410403&cursor=${next}`,
  );
  expect({ status, body }).toMatchObject({ status: 400, body: { fields: [{ path: 'cursor' }] } });
});

test('a doctor found by a place that is new to this container is shown with it at once', async () => {
  const city = await smallCity();
  await pageAt(city, 'serviceCategory=02');
  await add(city.deps, 'new-town', 'hospital', {
    level: 'township',
    divisionCode: '410425102',
    name: '新卫生院',
  });
  const { body } = await city.get('/directory/institutions/new-town');
  expect(body['ancestors']).toHaveLength(3);
});

test('what was true ten seconds ago is asked for again', async () => {
  const city = await smallCity();
  await pageAt(city, 'serviceCategory=02');
  await add(city.deps, 'new-town', 'hospital', {
    level: 'township',
    divisionCode: '410425102',
    name: '新卫生院',
  });
  const count = async () =>
    ((await city.get('/directory/institutions?level=township')).body['institutions'] as unknown as unknown[])
      .length;
  expect(await count()).toBe(1);
  city.deps.clock.advance(10_001);
  expect(await count()).toBe(2);
});

describe('the nearest doctors', () => {
  const NEAR = `serviceCategory=02&latitude=${CENTRE.latitude}&longitude=${CENTRE.longitude}`;

  test('are read once in ten seconds, however many ask', async () => {
    const consumed: Consumed[] = [];
    const city = await smallCity({ memory: { onConsumed: (units) => consumed.push(units) } });
    await employ(city.deps, 'doctor', ['town', 'general']);
    await pageAt(city, NEAR);
    consumed.length = 0;
    await Promise.all([1, 2, 3].map(() => pageAt(city, NEAR)));
    expect(consumed.map(({ operation }) => operation)).toEqual(['getMany', 'getMany', 'getMany']);
    city.deps.clock.advance(10_001);
    await pageAt(city, NEAR);
    expect(consumed.filter(({ operation }) => operation === 'query')).toHaveLength(1);
  });

  test('are kept only up to a number, the longest kept going first', async () => {
    const consumed: Consumed[] = [];
    const city = await smallCity({ memory: { onConsumed: (units) => consumed.push(units) } });
    for (const id of ['one', 'two']) await employ(city.deps, id, ['town', 'general']);
    await employ(city.deps, 'three', ['hospital', 'cardiology']);
    const cards = createNearCards(city.deps, 2);
    const reads = async (category: string) => {
      consumed.length = 0;
      await cards.under(categoryKey(category), '410425#');
      return consumed.length;
    };
    expect([await reads('02'), await reads('02')]).toEqual([1, 0]);
    expect([await reads('03.04'), await reads('03.04')]).toEqual([1, 0]);
    expect(await reads('02')).toBe(1);
  });

  test('are asked for anew after a change, and elsewhere after ten seconds', async () => {
    const city = await smallCity();
    expect((await pageAt(city, NEAR)).cards).toEqual([]);
    await employ(city.deps, 'doctor', ['town', 'general']);
    expect((await pageAt(city, NEAR)).cards).toEqual([]);
    city.deps.clock.advance(10_001);
    expect(ids((await pageAt(city, NEAR)).cards)).toEqual(['doctor']);
    const off = '/directory/institutions/town/practitioners/doctor/status';
    await city.send('PUT', off, { active: false, version: 1 }, administratorOf('town'));
    expect((await pageAt(city, NEAR)).cards).toEqual([]);
  });
});

describe('against a plain filter over all doctors', () => {
  const TAGS = ['高血压', '糖尿病', '骨折'];
  const NAMES = ['王立群', '王立', '李文静', '欧阳明'];
  const PLACES = [
    ['hospital', 'cardiology'],
    ['hospital', 'surgery'],
    ['second-hospital', 'heart'],
    ['far-hospital', 'cardiac'],
    ['town', 'general'],
    ['clinic', 'village-general'],
  ] as const;
  const doctor = fc.record({
    place: fc.constantFrom(...PLACES),
    name: fc.constantFrom(...NAMES),
    title: fc.constantFrom('resident', 'attending', 'associate-chief', 'chief'),
    diseaseTags: fc.uniqueArray(fc.constantFrom(...TAGS)),
    familyDoctor: fc.boolean(),
  });
  const searched = {
    serviceCategory: fc.constantFrom('02', '03', '03.04', '04.01'),
    diseaseTag: fc.constantFrom(...TAGS),
    name: fc.constantFrom('王', '王立', '李', '欧阳明'),
    institutionId: fc.constantFrom('hospital', 'town', 'nowhere'),
  };
  const filtered = {
    ...searched,
    title: fc.constantFrom('chief', 'resident'),
    familyDoctor: fc.constantFrom('true', 'false'),
    divisionCode: fc.constantFrom('410425', '410403', '410425101'),
  };
  /** One thing to search by and at most one to filter by: with more, next to nothing is ever found. */
  const query = fc.record({
    asked: fc
      .tuple(one(searched), fc.option(one(filtered), { nil: {} }))
      .map(([search, filter]): Partial<Record<string, string>> => ({ ...filter, ...search })),
    near: fc.option(fc.constantFrom(3_000, 15_000, 100_000), { nil: undefined }),
    limit: fc.constantFrom('1', '3', '50'),
  });

  test('answers the same doctors, each once, over any number of pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(doctor, { minLength: 4, maxLength: 14, size: 'max' }),
        fc.array(query, { minLength: 1, maxLength: 6 }),
        async (doctors, queries) => {
          const city = await smallCity();
          for (const [index, { place, ...facts }] of doctors.entries())
            await employ(city.deps, `doctor-${index}`, place, facts);
          for (const { near, asked, limit } of queries) {
            const position =
              near === undefined
                ? {}
                : {
                    latitude: String(CENTRE.latitude),
                    longitude: String(CENTRE.longitude),
                    radiusMetres: String(near),
                  };
            const cards = await all(
              city,
              new URLSearchParams({ ...asked, ...position, limit } as Record<string, string>).toString(),
            );
            expect(ids(cards).toSorted()).toEqual((await expected(city, asked, near)).toSorted());
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

function one(fields: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<Record<string, string>> {
  return fc.oneof(
    ...Object.entries(fields).map(([name, values]) => values.map((value) => ({ [name]: value }))),
  );
}

/** The same question put to every doctor's record, one by one. */
async function expected(
  { deps }: Scene,
  asked: Partial<Record<string, string>>,
  near: number | undefined,
): Promise<readonly string[]> {
  const records = deps
    .all()
    .filter(({ sk }) => sk === 'practitioner')
    .map(practitioners.from);
  const places = new Map(
    deps
      .all()
      .filter(({ sk }) => sk === 'institution')
      .map((item) => [String(item['institutionId']), item]),
  );
  return records
    .filter(({ sites: [{ institutionId, serviceCategory }], ...facts }) => {
      const institution = places.get(institutionId);
      const location = institution?.['location'] as unknown as { latitude: number; longitude: number };
      return (
        (asked['serviceCategory'] === undefined ||
          serviceCategory === asked['serviceCategory'] ||
          serviceCategory.startsWith(`${asked['serviceCategory']}.`)) &&
        (asked['diseaseTag'] === undefined || facts.diseaseTags.includes(asked['diseaseTag'])) &&
        (asked['name'] === undefined || facts.name.startsWith(asked['name'])) &&
        (asked['institutionId'] === undefined || institutionId === asked['institutionId']) &&
        (asked['title'] === undefined || facts.title === asked['title']) &&
        (asked['familyDoctor'] === undefined || String(facts.familyDoctor) === asked['familyDoctor']) &&
        (asked['divisionCode'] === undefined ||
          String(institution?.['divisionCode']).startsWith(asked['divisionCode'])) &&
        (near === undefined || distanceMetres(CENTRE, location) <= near)
      );
    })
    .map(({ practitionerId }) => practitionerId);
}
