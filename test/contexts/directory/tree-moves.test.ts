import fc from 'fast-check';
import { expect, test } from 'vitest';
import { institutions, listed, listVersion, places } from '../../../functions/directory/store.ts';
import { updateInstitution } from '../../../functions/directory/update-institution.ts';
import type { Key } from '../../../shared/data/table.ts';
import { add, authority, institutionFacts, type Scene, smallCity, written } from './scene.ts';

const townFacts = institutionFacts({
  name: '冢头镇卫生院',
  level: 'township',
  kind: 'township-health-centre',
  divisionCode: '410425101',
});
const officeFacts = institutionFacts({
  name: '县卫健委',
  level: 'authority',
  kind: 'health-authority',
  divisionCode: '410425',
});

async function ancestorsOf({ deps }: Scene, institutionId: string): Promise<readonly string[] | undefined> {
  return (await places.get(deps.table, institutionId))?.ancestors;
}

test('a moved institution takes everything below it along', async () => {
  const city = await smallCity();
  const answer = await city.send('PUT', '/directory/institutions/town', {
    ...townFacts,
    parentId: 'second-hospital',
    version: 1,
  });
  expect(answer).toMatchObject({ status: 200, body: { parentId: 'second-hospital', version: 2 } });
  expect(await ancestorsOf(city, 'town')).toEqual(['second-hospital', 'county-office', 'city-office']);
  expect(city.events.at(-1)).toMatchObject({ data: { institutionId: 'town', moved: true } });

  await city.deliver();
  expect(await ancestorsOf(city, 'clinic')).toEqual([
    'town',
    'second-hospital',
    'county-office',
    'city-office',
  ]);
  const { body } = await city.get('/directory/institutions/clinic');
  expect(
    (body['ancestors'] as unknown as { institutionId: string }[]).map((each) => each.institutionId),
  ).toEqual(['town', 'second-hospital', 'county-office', 'city-office']);
});

test('the counts follow: the old parent can be switched off, the new one no longer', async () => {
  const city = await smallCity();
  await add(city.deps, 'old-parent', 'hospital', { level: 'township', divisionCode: '410425102' });
  await add(city.deps, 'new-parent', 'hospital', { level: 'township', divisionCode: '410425103' });
  await add(city.deps, 'leaf', 'old-parent', { level: 'village', divisionCode: '410425102201' });
  const leaf = institutionFacts({ level: 'village', divisionCode: '410425102201' });
  await city.send('PUT', '/directory/institutions/leaf', { ...leaf, parentId: 'new-parent', version: 1 });
  const off = (id: string) =>
    city.send('PUT', `/directory/institutions/${id}/status`, { active: false, version: 1 });
  expect((await off('old-parent')).status).toBe(200);
  expect(await off('new-parent')).toMatchObject({
    status: 409,
    body: { reasons: [{ code: 'HAS_ACTIVE_CHILDREN' }] },
  });
});

test('refuses to hang an institution below itself or below its own descendant', async () => {
  const city = await smallCity();
  const before = written(city);
  for (const parentId of ['county-office', 'hospital', 'clinic']) {
    const answer = await city.send('PUT', '/directory/institutions/county-office', {
      ...officeFacts,
      parentId,
      version: 1,
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'TREE_BROKEN' } });
    expect(answer.body['reasons']).toContainEqual(expect.objectContaining({ code: 'CYCLE' }));
  }
  expect(written(city)).toBe(before);
});

test('refuses a level below a child and above the parent', async () => {
  const city = await smallCity();
  const change = (level: string) => ({ ...townFacts, level, version: 1 });
  expect(
    await city.send('PUT', '/directory/institutions/hospital', {
      ...change('village'),
      divisionCode: '410425',
    }),
  ).toMatchObject({
    body: { reasons: [{ code: 'LEVEL_BELOW_CHILD' }] },
  });
  expect(await city.send('PUT', '/directory/institutions/town', change('tertiary'))).toMatchObject({
    body: { reasons: [{ code: 'LEVEL_ABOVE_PARENT' }] },
  });
});

test('writes a new level into what access rules read', async () => {
  const city = await smallCity();
  const facts = institutionFacts({ name: '县人民医院', level: 'tertiary' });
  expect((await city.send('PUT', '/directory/institutions/hospital', { ...facts, version: 1 })).status).toBe(
    200,
  );
  expect(await places.get(city.deps.table, 'hospital')).toMatchObject({ level: 'tertiary', active: true });
  expect(await ancestorsOf(city, 'hospital')).toEqual(['county-office', 'city-office']);
});

test('an authority hangs nothing below what it does not reach', async () => {
  const city = await smallCity();
  const county = { ...authority, institutionId: 'county-office' };
  const change = { ...townFacts, parentId: 'far-hospital', version: 1 };
  expect(await city.send('PUT', '/directory/institutions/town', change, county)).toMatchObject({
    status: 403,
    body: { code: 'FORBIDDEN' },
  });
});

test('two moves at once never tie a knot', async () => {
  const city = await smallCity();
  const secondary = (divisionCode = '410425001') => institutionFacts({ divisionCode });
  const outcomes = await Promise.allSettled([
    updateInstitution(city.deps, {
      institutionId: 'hospital',
      version: 1,
      facts: secondary(),
      parentId: 'second-hospital',
    }),
    updateInstitution(city.deps, {
      institutionId: 'second-hospital',
      version: 1,
      facts: secondary(),
      parentId: 'hospital',
    }),
  ]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'CONFLICT' },
  });
});

test('a child created while its parent moves stands where the parent then stands', async () => {
  const city = await smallCity();
  await Promise.allSettled([
    updateInstitution(city.deps, {
      institutionId: 'town',
      version: 1,
      facts: townFacts,
      parentId: 'second-hospital',
    }),
    add(city.deps, 'new-clinic', 'town', { level: 'village', divisionCode: '410425101299' }),
  ]);
  await city.deliver();
  if ((await institutions.get(city.deps.table, 'new-clinic')) !== undefined) {
    expect(await ancestorsOf(city, 'new-clinic')).toEqual([
      'town',
      ...((await ancestorsOf(city, 'town')) ?? []),
    ]);
  }
});

test('whatever moves, in whatever order, the shared view ends up as the parent links say', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const move = fc.record({ who: fc.constantFrom(...ids), to: fc.constantFrom('hospital', ...ids) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(move, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      async (rounds) => {
        const city = await smallCity();
        const facts = institutionFacts({ level: 'township', divisionCode: '410425102' });
        for (const [index, id] of ids.entries())
          await add(city.deps, id, ids[index - 1] ?? 'hospital', facts);
        for (const [number, round] of rounds.entries()) {
          await Promise.allSettled(
            // While institutions move and new ones are added below them, the events of earlier moves arrive.
            [
              ...round.map(async ({ who, to }) => {
                const { version = 0 } = (await institutions.get(city.deps.table, who)) ?? {};
                await updateInstitution(city.deps, { institutionId: who, version, facts, parentId: to });
              }),
              ...round.map(({ who }, position) => add(city.deps, `n-${number}-${position}`, who, facts)),
              city.deliver(),
            ],
          );
        }
        await city.deliver();
        for (const { institutionId: id } of city.deps.all().filter(isListed).map(listed.from)) {
          if (id === 'city-office') continue;
          const path = await linksAbove(city, id);
          expect(path.at(-1)).toBe('city-office');
          expect(await ancestorsOf(city, id)).toEqual(path);
        }
      },
    ),
    { numRuns: 25 },
  );
});

function isListed({ pk, sk }: Key): boolean {
  return pk === listed.key('any').pk && sk !== listVersion.key('list').sk;
}

async function linksAbove({ deps }: Scene, institutionId: string): Promise<readonly string[]> {
  const path: string[] = [];
  let at = await listed.get(deps.table, institutionId);
  while (at?.parentId !== undefined && path.length < 20) {
    path.push(at.parentId);
    at = await listed.get(deps.table, at.parentId);
  }
  return path;
}
